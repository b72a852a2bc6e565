# What --key and --against say stands in the JSON, too.
sample >a.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
fiche keygen -q here.example -o here.key
fiche keygen -q else.example -o else.key
fiche sign -q news.fiche --key here.key
said() { tail -n 1 | tr , '\n' | grep -e intact -e trust -e checkpoint -e exit; }
echo "-- signed"
fiche verify --json news.fiche --key here.key.pub | said
echo "-- by somebody else"
fiche verify --json news.fiche --key else.key.pub | said
echo "-- not asked"
fiche verify --json news.fiche | said
