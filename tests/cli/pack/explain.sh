sample >a.jsonl
echo '{"headline":"Another","pubDate":"03/04/2021","text":"x"}' >>a.jsonl
fiche pack news.fiche a.jsonl --explain
echo "exit $?"
ls
fiche pack news.fiche a.jsonl --explain --json | grep -v summary
