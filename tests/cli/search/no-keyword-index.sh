news_archive --index basic
code fiche search news.fiche mayor
code fiche search -q news.fiche mayor --json 2>/dev/null | steady
echo "-- reading the articles"
code fiche search -q news.fiche mayor --scan --no-snippets
code fiche search -q news.fiche '"flood defences"' --scan --count
code fiche search -q news.fiche nobody --scan
echo "-- as with an index"
news | fiche pack -q indexed.fiche -
for query in mayor 'flood mayor' 'climat*' '洪水' 'mayor near/5 council' river; do
	fiche search -q news.fiche "$query" --scan --format tsv --fields source_id >scan
	fiche search -q indexed.fiche "$query" --format tsv --fields source_id >index
	cmp scan index || echo "$query"
done
echo "-- one of two"
code fiche search indexed.fiche news.fiche mayor
