# An answer of an interface, an array that was cut off, a malformed record.
cat >answer.json <<'END'
{"status": "ok", "articles": [
  {"url": "https://a.example/1", "title": "One", "content": "<p>Rain.</p><p>Snow.</p>"},
  {"url": "https://a.example/2", "title": "Two", "text": "Sun."}
]}
END
cat >cut.json <<'END'
[
{"title": "Three", "text": "Wind."},
{"title": "Fo"ur", "text": "Fog."},
{"title": "Five", "text": "Hail."},
{"title": "Six", "te
END
fiche pack news.fiche answer.json cut.json >out
echo "exit $?"
fiche list news.fiche --format tsv --fields title,type
fiche extract news.fiche --as raw --url https://a.example/1
fiche search -q news.fiche snow --format tsv --fields title
fiche pack other.fiche answer.json --records-at /articles/0 >out
echo "exit $?"
fiche pack other.fiche answer.json --records-at articles
echo "exit $?"
