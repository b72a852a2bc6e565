[ -w /dev/full ] || skip "no /dev/full"
news_archive
for options in "" "--json" "--count" "--short" "--format csv" \
	"--facet source" "--histogram month"; do
	fiche search -q news.fiche mayor $options >/dev/full
	echo "$options: exit $?"
done
