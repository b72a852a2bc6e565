# What the help offers is there.
sample_archive
formats=$(fiche export --help | sed -n 's/^ *--to \([a-z|0-9]*\).*/\1/p' | tr '|' ' ')
for format in $formats; do
	fiche export sample.fiche --to $format -q -o out.$format || echo "$format is not there"
	[ -s out.$format ] || echo "$format is empty"
	fiche help export | grep -q "\<$format\>:\|\<$format," || echo "$format is not explained"
done
echo "all"
