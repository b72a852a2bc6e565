news_archive
fiche search -q news.fiche 'mayor OR strike' --limit 1 --facet source --facet tag:2 \
	--facet lang --facet author:0
echo "-- no articles"
fiche search -q news.fiche '' --count --facet source
echo "-- nothing"
code fiche search -q news.fiche nobody --facet source --histogram month
