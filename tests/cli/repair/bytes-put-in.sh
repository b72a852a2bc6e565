# Bytes came into the archive, or went: repair moves what follows to its place.
sample | head -n 3 >a.jsonl
sample | tail -n 4 >b.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
fiche pack -q --append news.fiche b.jsonl --time 1700000001
without() { { head -c "$2" "$1" && cat && tail -c +$(($2 + $3 + 1)) "$1"; } }
printf 'HELLO' | without news.fiche 4300 0 >a.fiche
without news.fiche 4300 50 >b.fiche </dev/null
places() { sed 's/@[0-9]*/@AT/; s/before offset [0-9]*/before offset N/'; }
echo "-- verify says so, and nothing is added to it"
code fiche verify a.fiche 2>&1 | places
code fiche verify -q b.fiche 2>&1 | places
code fiche pack -q --append a.fiche a.jsonl 2>&1 | places
echo "-- all articles but those of the block that was hit"
code fiche list --recover --all-versions --fields title a.fiche 2>&1
echo "-- repair"
code fiche repair a.fiche -o c.fiche 2>&1 | places
fiche repair --json b.fiche -o d.fiche 2>/dev/null | head -n 1 | sed 's/[0-9][0-9][0-9][0-9]/N/'
echo "-- two copies"
printf 'there' | without news.fiche 9000 0 >f.fiche
code fiche repair -q a.fiche f.fiche -o g.fiche 2>/dev/null
cmp news.fiche g.fiche && echo "byte for byte"
echo "-- parity"
fiche protect -q news.fiche
for at in 3 4300 9000 20000; do
	echo "and so on" | without news.fiche $at 0 >h.fiche
	code fiche repair -q h.fiche -o i.fiche 2>/dev/null
	cmp news.fiche i.fiche && echo "byte for byte"
	rm i.fiche
done
