sample_archive
pick() {
	echo "-- $*"
	fiche list -q sample.fiche --format tsv --fields source_id,title "$@" |
		sed 1d
}
pick --source example.org
pick --source 'EXAMPLE.org'
pick --source '*.test'
pick --tag election
pick --tag election --lang de
pick --tag election --tag climate
pick --tag 'сп*'
pick --lang ru --lang de
pick --url https://example.org/mayor
pick --url 'https://*.test/*'
pick --id a1 --id x-77
pick --date 2024
pick --date 2023-11-15
pick --date 2024-03..2024-04
pick --date ..2023
pick --date 2022-06-30
pick --from 2024-03-06 --to 2024-03
pick --since 2024-04
pick --until 2022
pick --sort date
pick --sort newest
pick --sort newest --limit 2
pick --sort date --reverse --limit 1
pick --reverse
pick --reverse --limit 2
pick --limit 1
pick --author 'ada*'
