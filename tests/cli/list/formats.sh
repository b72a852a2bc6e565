sample_archive
printf '%s\n' '{"id":"t","title":"tab\there, \"quoted\", \\ and\nline","published":"2024-05-01","source":"x","text":"y"}' |
	fiche pack -q --append sample.fiche -
echo "-- csv"
fiche list -q sample.fiche --format csv --from 2024-04
echo "-- tsv"
fiche list -q sample.fiche --format tsv --from 2024-04 --fields number,title,tags
echo "-- jsonl"
fiche list -q sample.fiche --format jsonl --fields id,title,tags,published,url,text_size --from 2024-04
echo "-- json"
fiche list -q sample.fiche --json --id x-77
echo "-- short"
fiche list -q sample.fiche --short --date 2023
echo "-- NUL"
fiche list -q sample.fiche --short -0 --date 2023 | tr '\0' '!'
echo
echo "-- digest"
fiche list -q sample.fiche --digest --date 2023
