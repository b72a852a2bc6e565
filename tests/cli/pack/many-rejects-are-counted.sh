{
	sample | sed -n 1p
	awk 'BEGIN { for (i = 1; i <= 25; i++) print "{bad " i }'
} >bad.jsonl
fiche pack news.fiche bad.jsonl >out
echo "exit $?"
steady <out
wc -l <news.rejects.jsonl | tr -d ' '
