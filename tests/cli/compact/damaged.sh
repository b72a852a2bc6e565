noise 60 >n.jsonl
fiche pack -q n.fiche n.jsonl
size=$(wc -c <n.fiche)
printf 'XXXX' | dd of=n.fiche bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
code fiche compact n.fiche -o c.fiche >out 2>err
sed 's/@[0-9]*/@N/' err
sed 's/([^)]*)/(SIZE)/; s/ in [0-9.]* s/ in TIME/' out
fiche verify -q c.fiche
echo "-- a cut one"
dd if=n.fiche of=cut.fiche bs=1 count=$((size * 2 / 5)) 2>/dev/null
code fiche compact --recover cut.fiche -o r.fiche >out 2>&1
sed 's/([^)]*)/(SIZE)/; s/ in [0-9.]* s/ in TIME/' out
fiche verify -q r.fiche
