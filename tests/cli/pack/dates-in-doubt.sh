cat >a.jsonl <<'END'
{"title":"certain","date":"13/04/2021"}
{"title":"doubtful","date":"03/04/2021"}
{"title":"more doubt","date":"04/05/2021"}
{"title":"no date at all","date":"soon"}
END
fiche pack -q news.fiche a.jsonl
echo "exit $?"
fiche list news.fiche --format csv --fields title,published,published_raw
