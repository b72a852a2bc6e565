news_archive
find() {
	echo "-- $*"
	fiche search -q news.fiche --format tsv --fields source_id "$@" | sed 1d |
		tr '\n' ' '
	echo
}
find mayor --source example.org
find mayor --source '*.test'
find mayor --date 2024-03
find mayor --date 2023-11-15
find mayor --from 2024-03-06 --to 2024-03
find mayor --lang en --tag budget
find mayor --id s1 --id s2
find '' --source courier.test --sort newest
find '   ' --tag '*'
find '*' --lang ru
echo "-- nothing to look for"
code fiche search news.fiche ''
code fiche search news.fiche ' '
code fiche search news.fiche '*'
