{ sample; awkward; } | fiche pack -q a.fiche -
echo "-- csv"
fiche export a.fiche --to csv --fields id,url,title,authors,tags,text
echo "-- tsv"
fiche export a.fiche --to tsv --fields source_id,title,published,authors,text
echo "-- one column, and nothing in it"
fiche export a.fiche --to csv --fields section --id a1 --id w2
echo "-- everything"
fiche export a.fiche --to csv --id w2
