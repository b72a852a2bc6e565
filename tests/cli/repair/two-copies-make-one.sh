# Two copies, each damaged somewhere else, are one whole archive.
sample >a.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
damage() { printf "$2" | dd of="$1" bs=1 seek="$3" conv=notrunc 2>/dev/null; }
cp news.fiche a.fiche && damage a.fiche XX 4300
cp news.fiche b.fiche && damage b.fiche YY 6000 && damage b.fiche ZZZZ 100
fiche verify -q a.fiche 2>/dev/null; echo "exit $?"
fiche repair a.fiche b.fiche -o c.fiche | sed 's/([0-9.]* KiB)/(SIZE)/'
cmp news.fiche c.fiche && echo "byte for byte"
echo "-- one copy that was damaged where the others are"
fiche repair -q a.fiche a.fiche -o d.fiche 2>err; echo "exit $?"; sed 's/@[0-9]*/@AT/' err
fiche list -q d.fiche --short 2>/dev/null | wc -l
echo "-- never over something, never without a name, never of two archives"
fiche repair a.fiche b.fiche -o c.fiche; echo "exit $?"
fiche repair a.fiche; echo "exit $?"
fiche pack -q other.fiche a.jsonl --time 1700000001
fiche repair a.fiche other.fiche -o e.fiche; echo "exit $?"
fiche repair a.jsonl -o e.fiche; echo "exit $?"
ls
