sample >a.jsonl
fiche pack -q news.fiche a.jsonl
echo '{"url":"https://example.org/mayor","title":"Mayor resigns","published":"2024-03-21","text":"New text."}' >b.jsonl
fiche pack --append news.fiche a.jsonl b.jsonl | steady
fiche info news.fiche --json | tr , '\n' | grep -e records -e duplicates -e generation
