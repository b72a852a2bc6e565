# Names of folders are cut, and still differ.
awk 'BEGIN {
	for (i = 0; i < 300; i++) long = long "ü"
	for (i = 0; i < 3; i++)
		printf "{\"id\":\"l%d\",\"source\":\"%s%d\",\"text\":\"x%d\"}\n", i, long, i, i
	for (i = 0; i < 300; i++) blank = blank "a b"
	printf "{\"id\":\"l3\",\"section\":\"%s\",\"text\":\"x\"}\n", blank
}' >a.jsonl
fiche pack -q a.fiche a.jsonl
fiche export a.fiche --to jsonl --partition source,section -o out -q
find out -type f | wc -l | tr -d ' '
for name in out/* out/*/*; do
	[ "$(printf %s "${name##*/}" | wc -c)" -lt 200 ] || echo "$name"
done
fiche export a.fiche --to html -o site -q && find site/sources -type f | wc -l | tr -d ' '
