for n in 1 2 3 4 5 6 7 8 9 10; do
	many 200 | sed -n "$((n * 20 - 19)),$((n * 20))p" |
		fiche pack -q --append many.fiche - 2>/dev/null
done
fiche compact many.fiche -o small.fiche | steady
fiche verify -q small.fiche
for x in many small; do
	fiche list $x.fiche --format tsv >$x.list
	fiche search $x.fiche 'sentence 17' --short >$x.found 2>/dev/null
	fiche extract $x.fiche --raw >$x.raw
done
cmp many.list small.list && cmp many.found small.found &&
	cmp many.raw small.raw && echo same
wc -l <small.found
fiche info small.fiche --json | tr , '\n' | grep -e segments -e '"generation"'
test "$(wc -c <small.fiche)" -lt "$(wc -c <many.fiche)" && echo smaller
echo "-- dense"
many 200 | fiche pack -q once.fiche -
fiche compact many.fiche -o dense.fiche --dense | steady
fiche verify -q dense.fiche
test "$(wc -c <dense.fiche)" -le "$(wc -c <once.fiche)" && echo as small
fiche extract dense.fiche --raw | sort >dense.raw
sort many.raw | cmp - dense.raw && echo same
