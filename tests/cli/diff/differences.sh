sample >all.jsonl
head -5 all.jsonl | fiche pack -q a.fiche -
sed 1d all.jsonl | fiche pack -q b.fiche -
printf '%s\n' '{"url":"https://example.org/mayor","title":"Council elects nobody","text":"The vote is repeated."}' \
	'{"title":"With\u001bescape"}' |
	fiche pack -q --append b.fiche -
code fiche diff a.fiche b.fiche
echo "-- json"
fiche diff --json a.fiche b.fiche
echo "-- the other way round"
code fiche diff b.fiche a.fiche
echo "-- quiet"
code fiche diff -q b.fiche a.fiche
