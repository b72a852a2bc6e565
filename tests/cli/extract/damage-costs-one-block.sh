# A few bytes in the middle are lost: what is concerned is named, the rest
# comes out, and nothing comes out wrong.
noise 1000 >a.jsonl
fiche pack -q a.fiche a.jsonl
size=$(wc -c <a.fiche)
printf 'XXXXXXXX' | dd of=a.fiche bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
fiche verify a.fiche 2>err
echo "verify exit $?"
grep -q '^fiche: verify: a.fiche@[0-9]*: .* affected' err && echo "named by its place"
fiche extract a.fiche --raw >got 2>err
echo "extract exit $?"
grep -q '^fiche: extract: a.fiche@[0-9]*: .* left out$' err && echo "named by its place"
sort a.jsonl >want
sort got >have
comm -13 want have | wc -l | tr -d ' '
lost=$(comm -23 want have | wc -l)
[ $lost -gt 0 ] && [ $lost -lt 200 ] && echo "one block is lost"
fiche extract a.fiche -d out --as raw 2>err
echo "extract exit $?"
[ $(ls out | wc -l) -eq $((1000 - lost)) ] && echo "the same into a folder"
