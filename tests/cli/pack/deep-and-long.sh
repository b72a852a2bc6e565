# Nested 10,000 deep, and a line longer than any record may be.
{
	sample | sed -n 1p
	awk 'BEGIN {
		printf "{\"title\":\"deep\",\"x\":"
		for (i = 0; i < 10000; i++) printf "["
		for (i = 0; i < 10000; i++) printf "]"
		print "}"
	}'
	printf '{"title":"long","text":"'
	head -c 70000000 /dev/zero | tr '\0' a
	printf '"}\n'
	sample | sed -n 2p
} >a.jsonl
fiche pack news.fiche a.jsonl >out
echo "exit $?"
steady <out
fiche list news.fiche --fields title
# What was refused is kept, byte for byte.
{ fiche extract news.fiche --raw; cat news.rejects.jsonl; } | sort | cksum >have
sort a.jsonl | cksum | cmp - have && echo "nothing is lost"
fiche verify -q news.fiche
