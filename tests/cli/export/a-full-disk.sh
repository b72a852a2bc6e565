# Too little room: one message, no file, nothing under a temporary name.
[ -w /dev/full ] || skip "no /dev/full"
noise 400 >a.jsonl
fiche pack -q a.fiche a.jsonl
for format in jsonl csv tsv warc bibtex ris; do
	fiche export a.fiche --to $format >/dev/full
	echo "$format: exit $?"
done
code fiche export a.fiche --to jsonl --compress gzip -o /dev/full
# In blocks of 512 bytes.
ulimit -f 100
for format in jsonl csv warc bagit; do
	fiche export a.fiche --to $format -o out.$format
	echo "$format: exit $?"
done
for how in gzip zstd xz; do
	fiche export a.fiche --to jsonl --compress $how -o out.$how
	echo "$how: exit $?"
done
fiche export a.fiche --to jsonl --partition year -o parts
echo "exit $?"
find parts
ls -A
