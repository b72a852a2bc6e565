echo '{"title":"bare","text":"words"}' >a.jsonl
echo '{"title":"own","source":"own.test","language":"fr","text":"more words"}' >>a.jsonl
fiche pack -q news.fiche a.jsonl --default 'source=The Daily, Late Edition,lang=en' --default section=World,tag=one --default tag=two
fiche list news.fiche --format csv --fields title,source,language,section,tags
fiche extract news.fiche --raw | sort >got; sort a.jsonl | cmp - got && echo same
fiche list news.fiche --lang en --fields title
