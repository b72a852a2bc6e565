sample >a.jsonl
fiche pack -n news.fiche a.jsonl | sed 's/([^)]*)/(SIZE)/'
fiche pack --dry-run --json news.fiche a.jsonl | steady
ls
