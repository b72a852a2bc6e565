news | sed -n 1,6p | fiche pack -q a.fiche -
news | sed -n '7,$p' | fiche pack -q b.fiche -
fiche search a.fiche b.fiche mayor 2>err
steady <err
echo "-- the same as in one"
news_archive
fiche search -q a.fiche b.fiche mayor --format tsv --fields source_id --limit 0 >two
fiche search -q news.fiche mayor --format tsv --fields source_id --limit 0 >one
cmp one two && echo same
echo "-- facets"
fiche search -q a.fiche b.fiche mayor --count --facet source
echo "-- one is missing"
code fiche search a.fiche none.fiche mayor
