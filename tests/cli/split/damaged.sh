noise 60 >n.jsonl
fiche pack -q n.fiche n.jsonl
size=$(wc -c <n.fiche)
printf 'XXXX' | dd of=n.fiche bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
code fiche split n.fiche --by language -o 'n-{language}.fiche' >out 2>err
sed 's/@[0-9]*/@N/' err
steady <out
fiche verify -q n-none.fiche
