sample >a.jsonl
fiche pack news.fiche a.jsonl >out
echo "exit $?"
steady <out
ls
