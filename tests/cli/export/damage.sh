# Damage stops it, and nothing is left; or it is named and left out.
noise 1000 >a.jsonl
fiche pack -q a.fiche a.jsonl
size=$(wc -c <a.fiche)
printf 'XXXXXXXX' | dd of=a.fiche bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
for format in jsonl html csv; do
	fiche export a.fiche --to $format -o out 2>err
	echo "$format: exit $?"
	grep -q '^fiche: export: a.fiche@[0-9]*: ' err && tail -n 1 err
done
ls -A
fiche export a.fiche --to jsonl --raw -o out -k --json 2>err >summary
echo "exit $?"
sed 's/[0-9][0-9]*/N/g' summary
grep -q '^fiche: export: a.fiche@[0-9]*: .* left out$' err && echo "named by its place"
sort a.jsonl >want
sort out >have
comm -13 want have | wc -l | tr -d ' '
lost=$(comm -23 want have | wc -l)
[ $lost -gt 0 ] && [ $lost -lt 200 ] && echo "one block is lost"
code fiche export a.fiche --to csv -o other -k -q 2>/dev/null
