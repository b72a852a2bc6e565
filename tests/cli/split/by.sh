sample_archive
for by in month year source language; do
	echo "-- $by"
	fiche split sample.fiche --by $by -o "$by-{$by}.fiche" | steady
	fiche verify -q $by-*.fiche
	fiche merge -q $by.fiche $by-*.fiche
	fiche diff -q sample.fiche $by.fiche && echo all there
done
echo "-- versions stay together where they belong"
fiche list month-2024-04.fiche --all-versions --fields number,title
