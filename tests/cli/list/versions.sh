sample_archive
pick() {
	echo "-- $*"
	fiche list sample.fiche --fields source_id,title \
		--url https://example.org/live "$@"
}
pick 2>&1
pick --latest
pick --first
pick --all-versions
pick --at 2024-04-01
pick --at 2024-04-02
echo "-- an id names its record, newer version or not"
fiche list sample.fiche --fields title --id a5
