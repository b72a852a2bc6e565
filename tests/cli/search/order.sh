news_archive
find() {
	echo "-- $*"
	fiche search -q news.fiche --format tsv --fields published,source_id "$@" |
		sed 1d
}
find mayor --sort relevance
find mayor --sort newest
find mayor --sort oldest
find mayor --sort newest --limit 2 --offset 1
