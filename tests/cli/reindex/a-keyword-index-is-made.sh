news | fiche pack -q news.fiche - --index basic
code fiche search -q news.fiche mayor 2>/dev/null
fiche reindex news.fiche | steady
code fiche search -q news.fiche mayor --count
fiche verify -q news.fiche
echo "-- what is added later has it too"
printf '%s\n' '{"id":"new","title":"Another mayor","text":"Later."}' |
	fiche pack -q --append news.fiche -
fiche search -q news.fiche mayor --count
echo "-- and without it again"
fiche reindex news.fiche --index basic | steady
code fiche search -q news.fiche mayor 2>/dev/null
echo "-- earlier states stay"
fiche search -q news.fiche mayor --count --commit 2
echo "-- json"
fiche reindex --json news.fiche | sed 's/"index_bytes":[0-9]*/"index_bytes":N/' | steady
