{
	sample | sed -n 1p
	printf '{"title":"no end\n'
	printf 'not json at all\n'
	sample | sed -n 2p
	printf '[1,2]\n'
	printf '{"a":1} trailing\n'
} >bad.jsonl
fiche pack news.fiche bad.jsonl >out
echo "exit $?"
steady <out
echo "-- rejects"
cat news.rejects.jsonl
echo "-- again, added to the same file"
{
	sample | sed -n 1p
	printf '{broken\n'
} >worse.jsonl
fiche pack -q --append news.fiche worse.jsonl
echo "exit $?"
tail -n 2 news.rejects.jsonl
echo "-- another file, and none"
fiche pack -q one.fiche worse.jsonl --rejects mine.txt
fiche pack -q two.fiche worse.jsonl --rejects none
cat mine.txt
ls
