sample_archive
echo mine >out.jsonl
code fiche export sample.fiche --to jsonl -o out.jsonl
cat out.jsonl
code fiche export sample.fiche --to jsonl --raw --id a1 -o out.jsonl --overwrite -q
cat out.jsonl
echo "-- a link is replaced, not followed"
echo mine >target
ln -s target link
code fiche export sample.fiche --to jsonl --raw --id a1 -o link --overwrite -q
cat target
echo "-- a folder is never replaced"
mkdir folder
echo mine >folder/file
code fiche export sample.fiche --to html -o folder
code fiche export sample.fiche --to html -o folder --overwrite
code fiche export sample.fiche --to jsonl -o folder --overwrite
cat folder/file
echo "-- nowhere"
code fiche export sample.fiche --to jsonl -o nowhere/out
code fiche export sample.fiche --to html -o nowhere/out
code fiche export sample.fiche --to jsonl --partition year -o out.jsonl
code fiche export sample.fiche --to jsonl -o /dev/null -q
echo "-- nothing else is left"
ls -A
