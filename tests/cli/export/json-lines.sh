# Canonical objects without number and path; chosen fields in their order; and
# the records as they came in.
sample_archive
fiche export sample.fiche --to jsonl --source example.org
echo "-- chosen"
fiche export sample.fiche --to jsonl --fields text,number,tags,published --sort date
echo "-- raw"
fiche export sample.fiche --to jsonl --raw --all-versions | sort >got
sort sample.jsonl | cmp - got && echo "the same records"
fiche export sample.fiche --to jsonl --raw --reverse --limit 1
echo "-- files are no lines"
mkdir in
printf 'A text of\ntwo lines' >in/a.txt
fiche pack -q a.fiche in
fiche export a.fiche --to jsonl --raw --fields id
fiche export a.fiche --to jsonl --raw
