sample >a.jsonl
fiche pack --json news.fiche a.jsonl | steady |
	sed 's/"\(bytes_added\|file_size\|structure_bytes\)":[0-9]*/"\1":0/g'
fiche pack --json news.fiche a.jsonl | steady
