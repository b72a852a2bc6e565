# The disk is full (here: files may not grow).  What was committed stays, and
# the same command goes on when there is room.
sample | fiche pack -q news.fiche -
noise 1000 >a.jsonl
(
	ulimit -f 1200
	fiche pack --append news.fiche a.jsonl 2>err
	echo "exit $?"
)
sed 's/: [^:]*File too large/: ... File too large/; s/@[0-9]*//' err
fiche list -q news.fiche --short 2>/dev/null | wc -l | tr -d ' '
fiche pack -q --append news.fiche a.jsonl 2>/dev/null
echo "exit $?"
fiche list -q news.fiche --short 2>/dev/null | wc -l | tr -d ' '
code fiche verify -q news.fiche
echo "-- and a new one"
(
	ulimit -f 1200
	fiche pack fresh.fiche a.jsonl >out 2>err
	echo "exit $?"
)
cat out
