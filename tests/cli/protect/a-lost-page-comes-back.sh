# What is protected is mended from the archive alone; what is new is said.
sample >a.jsonl
sizes() { sed 's/[0-9.]* \(bytes\|KiB\)/SIZE/g'; }
fiche pack -q news.fiche a.jsonl
fiche protect news.fiche | sizes
fiche protect news.fiche; echo "exit $?"
fiche info news.fiche | grep ^parity | sizes
cp news.fiche hurt.fiche
dd if=/dev/zero of=hurt.fiche bs=4096 count=1 seek=0 conv=notrunc 2>/dev/null
dd if=/dev/zero of=hurt.fiche bs=4096 count=1 seek=1 conv=notrunc 2>/dev/null
echo "-- damaged"
fiche verify hurt.fiche 2>err; echo "exit $?"; tail -n 1 err
fiche repair hurt.fiche -o whole.fiche 2>&1 | sizes
cmp news.fiche whole.fiche && echo "byte for byte"
echo "-- a damaged one is not protected"
fiche protect hurt.fiche; echo "exit $?"
echo "-- no archive"
fiche protect a.jsonl; echo "exit $?"
fiche protect nowhere.fiche; echo "exit $?"
fiche protect --profile most news.fiche; echo "exit $?"
ls
