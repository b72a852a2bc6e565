noise 200 >n.jsonl
fiche pack -q n.fiche n.jsonl
fiche split -q n.fiche --by size=128KiB -o 'n-{n}.fiche'
fiche verify -q n-*.fiche
ls n-00?.fiche | head -3
for x in n-*.fiche; do
	test "$(wc -c <$x)" -lt 200000 || wc -c $x
done
fiche merge -q all.fiche n-*.fiche
fiche list n.fiche --format tsv >a
fiche list all.fiche --format tsv >b
cmp a b && echo the same, in the same order
