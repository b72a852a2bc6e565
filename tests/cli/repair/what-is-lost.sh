# Beyond what copies and parity give back, all else is saved, and what is lost
# is named by number, id and title.
sample >a.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
size=$(stat -c %s news.fiche)
sed 's/"title":"/"title":"Later: /' a.jsonl >b.jsonl
fiche pack -q --append news.fiche b.jsonl --time 1700000001
code fiche verify -q news.fiche
printf XXXX | dd of=news.fiche bs=1 seek=$((size + 200)) conv=notrunc 2>/dev/null
chmod 444 news.fiche
places() { sed 's/@[0-9]*/@AT/'; }
echo "-- verify"
code fiche verify news.fiche 2>err; places <err
echo "-- repair"
code fiche repair news.fiche -o new.fiche 2>err; places <err
code fiche repair --json news.fiche -o too.fiche | grep '"lost",'
cmp new.fiche too.fiche
echo "-- and what is left is a sound archive"
code fiche merge -q --recover sound.fiche new.fiche 2>/dev/null
code fiche verify -q sound.fiche
fiche list -q --all-versions --fields title sound.fiche
