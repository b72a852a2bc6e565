# Nothing leaves the folder, and no part takes the name of another.
for s in '../../etc' '.hidden' 'a b' 'a/b' 'ж' ''; do
	printf '{"source":"%s","title":"T %s","text":"Text of %s."}\n' "$s" "$s" "$s"
done | fiche pack -q a.fiche -
fiche split a.fiche --by source -o '{source}.fiche' | steady
ls -A
