: >empty.jsonl
fiche pack news.fiche empty.jsonl >out
echo "exit $?"
steady <out
code fiche list news.fiche
code fiche verify -q news.fiche
