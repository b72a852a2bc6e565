many 450 >a.jsonl
awk 'BEGIN { for (i = 0; i < 230; i++)
	printf "{\"id\":\"s%d\",\"source\":\"s%d.test\",\"published\":\"2023-01\",\"text\":\"x\"}\n", i, i }' >>a.jsonl
fiche pack -q a.fiche a.jsonl
fiche export a.fiche --to html -q -o site
find site -path '*/sources/example.org/*' -type f | sort
ls site/all site/months/2023-01
grep '<nav>' site/sources/example.org/2.html
grep -c '<tr>' site/sources/example.org/1.html site/sources/example.org/3.html
grep 'all/1' site/index.html
grep -c '<tr>' site/all/2.html
