# By the ending, or as asked; an empty one is whole, too.
sample_archive
fiche export sample.fiche --to csv >want
for how in gz:gzip zst:zstd xz:xz; do
	program=${how#*:}
	command -v $program >/dev/null || skip "no $program"
	fiche export sample.fiche --to csv -q -o out.csv.${how%:*}
	$program -dc <out.csv.${how%:*} | cmp - want && echo $program
	fiche export sample.fiche --to csv --compress $program | $program -dc | cmp - want && echo "to a pipe"
done
fiche export sample.fiche --to csv -q --compress none -o plain.gz && cmp plain.gz want && echo plain
