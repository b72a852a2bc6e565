sample | sed -n 1,2p >good.jsonl
fiche pack news.fiche missing.jsonl good.jsonl >out
echo "exit $?"
steady <out
fiche pack other.fiche missing.jsonl gone.jsonl >out
echo "exit $?"
steady <out
ls *.fiche
