news_archive
search() {
	echo "-- $*"
	fiche search news.fiche "$@" 2>err
	echo "exit $?"
	steady <err
}
search '"flood defences" mayor'
search mayor --limit 2
search mayor --limit 2 --offset 1
search mayor --limit 0 --no-snippets
search mayor -C 40 --limit 2
search mayor --limit 1 --color always | sed 's/\x1b/ESC/g'
search mayor --limit 1 --no-snippets --snippets
search mayor --offset 100
