news_archive
search() {
	echo "-- $*"
	fiche search -q "$@" --json | sed 's/"score":[0-9.]*/"score":N/' | steady
}
search news.fiche '"flood defences" mayor'
search news.fiche river --no-snippets
search news.fiche mayer
search news.fiche '"mayor'
search news.fiche mayor --count --facet source --histogram year
search news.fiche mayor --limit 1 --fields source_id,title
news | sed -n 1p | fiche pack -q one.fiche -
search one.fiche news.fiche defences --limit 2
echo "-- the summary comes behind failures too"
fiche search -q none.fiche mayor --json 2>&1 | steady
fiche search -q news.fiche mayor --json | python3 -c '
import json, sys
for line in sys.stdin:
    json.loads(line)
' && echo parsed
