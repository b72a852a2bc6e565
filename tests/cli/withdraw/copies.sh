# Archives that are made of it keep withdrawn what was.
sample_archive
cp sample.fiche before.fiche
fiche withdraw -q sample.fiche a1 a3 --reason "asked for"
fiche compact -q sample.fiche -o small.fiche --dense
fiche merge merged.fiche before.fiche sample.fiche | steady
fiche merge -q --recover recovered.fiche sample.fiche 2>&1 | cut -d ' ' -f 1-5
fiche split -q sample.fiche --by source -o 'part-{source}.fiche'
fiche redact -q sample.fiche a4 -o redacted.fiche --reason "asked for" 2>&1 | wc -l
for a in small merged recovered part-example.org part-kurier.test redacted; do
	echo "-- $a"
	fiche withdraw $a.fiche --list
	fiche list $a.fiche --all-versions --short | wc -l
done
echo "-- packed again"
sample | fiche pack --append sample.fiche - | steady
fiche withdraw sample.fiche --list | wc -l
fiche diff before.fiche sample.fiche
