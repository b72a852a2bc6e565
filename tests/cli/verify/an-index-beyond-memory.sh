# What does not fit the memory of a rebuilt index goes to a scratch file, which
# a confined process has kept.
awk 'BEGIN { for (i = 0; i < 160000; i++) printf "{\"title\":\"%d\",\"text\":\"a\"}\n", i }' >a.jsonl
fiche pack -q --index basic news.fiche a.jsonl
fiche verify news.fiche | sed 's/[0-9.]* [KM]iB in .*/SIZE/; s/[0-9 ]* blocks/N blocks/'
fiche sign -q news.fiche -o - | tail -n +2 | head -n 1
ls
