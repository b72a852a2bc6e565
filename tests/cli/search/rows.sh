news_archive
echo "-- csv"
fiche search -q news.fiche defences --format csv
echo "-- tsv"
fiche search -q news.fiche defences --format tsv --fields published,title
echo "-- fields"
fiche search -q news.fiche defences --fields title,authors
echo "-- ids"
fiche search -q news.fiche defences --short
fiche search -q news.fiche defences -s0 | tr '\0' '!'
echo
fiche search -q news.fiche defences -s | sed 's/^/--id /' | tr '\n' ' ' |
	xargs fiche list news.fiche --fields source_id
echo "-- count"
fiche search news.fiche defences --count
code fiche search news.fiche nobody --count
