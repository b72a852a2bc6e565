{ sample; awkward; } | fiche pack -q a.fiche -
fiche export a.fiche --to jsonl --partition source,month -o out/ | steady
find out -type f | LC_ALL=C sort
echo "-- compressed, by day and language"
fiche export a.fiche --to csv --fields title,published --partition language,day --compress gzip -o days -q
find days -type f | LC_ALL=C sort
gzip -dc days/language=en/day=2024-03-05/part-0.csv.gz
echo "-- what is there is not written over"
code fiche export a.fiche --to jsonl --partition source,month -o out
code fiche export a.fiche --to jsonl --partition source,month -o out --overwrite -q
echo "-- folders of folders"
fiche export a.fiche --to html --partition year -q -o years
ls years/year=2024/part-0
echo "-- names"
code fiche export a.fiche --to csv --partition author -o x
code fiche export a.fiche --to csv --partition year,year -o x
code fiche export a.fiche --to csv --partition year
[ -e x ] || echo "nothing is made"
