echo "just some text" >text.fiche
: >empty.fiche
for file in text.fiche empty.fiche; do
	code fiche list $file
	code fiche verify $file
	sample | code fiche pack --append $file -
done
cat text.fiche
