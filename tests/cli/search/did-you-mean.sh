news_archive
search() {
	echo "-- $*"
	fiche search news.fiche "$@" >out 2>err
	echo "exit $?"
	steady <err
	wc -l <out
}
search mayer
search 'mayer OR strike'
search xyzzyplugh
search 'floood defenses'
search -q mayer
search "$(awk 'BEGIN { for (i = 0; i < 9; i++) printf "qq%dzz ", i }')"
