sample_archive
for field in source lang tag; do
	echo "-- $field"
	fiche info sample.fiche --names $field
done
fiche info sample.fiche --names source --json
