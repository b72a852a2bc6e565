# How keys and dates are read is kept with the articles: no later command is told.
cat >a.jsonl <<'END'
{"kopf":"One","wann":"03/04/2021 10:00","story":{"inhalt":"First text."},"title":"not this"}
{"kopf":"Two","wann":"2021-04-05 23:30","story":{"inhalt":"Second text."}}
END
fiche pack -q news.fiche a.jsonl --map title=kopf,published=wann,text=story.inhalt --date-order dmy --assume-tz +03:00
fiche list news.fiche --format csv --fields title,published
fiche search -q news.fiche second --format csv --fields title
fiche reindex -q news.fiche && fiche list news.fiche --date 2021-04-03 --format csv --fields title
fiche extract news.fiche --raw | sort | cmp - a.jsonl && echo "records are as they were"
echo "-- a preset"
echo '{"source":"https://example.org/x","source-hostname":"The Example","hostname":"example.org","title":"T","date":"2024-03-01","text":"x","raw_text":"y"}' |
	fiche pack -q tra.fiche - --preset trafilatura
fiche list tra.fiche --format csv --fields url,source,published
echo "-- wrong ones"
fiche pack x.fiche a.jsonl --map headline=kopf
fiche pack x.fiche a.jsonl --map title
fiche pack x.fiche a.jsonl --preset trafilatur
fiche pack x.fiche a.jsonl --date-order ymd
fiche pack x.fiche a.jsonl --assume-tz Europe/Berlin
fiche pack x.fiche a.jsonl --require titel
