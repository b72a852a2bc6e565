news_archive
for options in "--facet place" "--facet tag:x" "--histogram hour" "--sort date" \
	"--reverse" "--limit x" "--offset -1" "-C 0" "-0" \
	"--short --count" "--short --json" "--format csv --facet tag" \
	"--fields title --histogram day" "--json --format csv"; do
	code fiche search news.fiche mayor $options 2>&1 | sed '/^hint/d'
done
