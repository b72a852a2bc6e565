# What was exported is packed again: the same articles.
fields=url,title,published,modified,fetched,source,language,authors,tags,section,summary,text
{ sample | grep -v x-77; news | grep -v s12; awkward | grep -v w4; } >a.jsonl
fiche pack -q a.fiche a.jsonl
fiche export a.fiche --to jsonl --fields $fields | sort >want
fiche export a.fiche --to jsonl -q -o back.jsonl
fiche pack -q back.fiche back.jsonl
fiche export back.fiche --to jsonl --fields $fields | sort | cmp - want && echo "by JSON Lines"
fiche export a.fiche --to jsonl --raw -q -o raw.jsonl.gz
fiche pack -q raw.fiche raw.jsonl.gz
fiche list -q a.fiche --short >ids
fiche list -q raw.fiche --short | cmp - ids && echo "by raw records"
