# More values than files may be open at once: nothing is lost, and few files are
# open.
awk 'BEGIN { for (i = 0; i < 900; i++)
	printf "{\"id\":\"p%d\",\"source\":\"s%d.test\",\"published\":%d,\"text\":\"Text %d\"}\n", i, i * 7 % 150, 1700000000 + i, i }' >a.jsonl
fiche pack -q a.fiche a.jsonl
(
	ulimit -n 90
	fiche export a.fiche --to jsonl --raw --partition source --sort date -o out -q
	echo "exit $?"
)
ls out | wc -l | tr -d ' '
[ "$(find out -type f | wc -l)" -gt 150 ] && echo "some came again"
find out -type f -exec cat {} + | sort >got
sort a.jsonl | cmp - got && echo "all are there"
