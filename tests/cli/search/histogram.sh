news_archive
for unit in year month week day; do
	echo "-- $unit"
	fiche search -q news.fiche 'mayor OR strike' --count --histogram $unit
done
echo "-- far apart"
fiche search -q news.fiche '' --count --histogram month
