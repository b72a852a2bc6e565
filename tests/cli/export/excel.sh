# No formulas, line ends of Windows, a byte order mark, cells that fit.
awkward >a.jsonl
awk 'BEGIN {
	printf "{\"id\":\"long\",\"title\":\"Long\",\"text\":\""
	for (i = 0; i < 9000; i++) printf "abc🌍"
	print "\"}"
	printf "{\"id\":\"fits\",\"title\":\"Fits\",\"text\":\""
	for (i = 0; i < 32767; i++) printf "é"
	print "\"}"
	print "{\"id\":\"tab\",\"title\":\"\\t+1\",\"text\":\"-1\"}"
}' >>a.jsonl
fiche pack -q a.fiche a.jsonl
fiche export a.fiche --to csv --excel --fields source_id,title,source,text --id w3 --id tab | od -c | head -n 20
fiche export a.fiche --to tsv --excel --fields source_id,title,text --id tab | od -c
fiche export a.fiche --to csv --excel --fields text --id long | tail -n 1 | wc -c
fiche export a.fiche --to csv --excel --fields text --id long | tail -n 1 | tail -c 12
fiche export a.fiche --to csv --excel --fields text --id fits | tail -n 1 | wc -c
code fiche export a.fiche --to warc --excel
