# The same archive and time give the same bytes, in every format.
{ sample; awkward; many 100; } | fiche pack -q a.fiche -
for format in jsonl csv tsv warc bibtex ris; do
	for how in none gzip zstd xz; do
		fiche export a.fiche --to $format --compress $how >one
		sleep 0.01
		fiche export a.fiche --to $format --compress $how >two
		cmp one two || echo "$format $how differ"
	done
done
for format in html bagit; do
	fiche export a.fiche --to $format -q -o one.$format
	fiche export a.fiche --to $format -q -o two.$format
	diff -r one.$format two.$format
done
echo "-- another time is another warcinfo"
fiche export a.fiche --to warc --time 1600000000 --id a1 | sed -n 4p
