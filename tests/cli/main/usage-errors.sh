code fiche list
code fiche list a.fiche b.fiche
code fiche list a.fiche --formt csv
code fiche list a.fiche --format xls
code fiche list a.fiche --format
code fiche list a.fiche --json=yes
code fiche list a.fiche --s
code fiche list a.fiche -Z
code fiche list a.fiche --fields id,titel
code fiche list a.fiche --limit many
code fiche list a.fiche --commit 0
code fiche list a.fiche --latest --first
code fiche pack a.fiche
code fiche pack a.fiche b.jsonl --level 23
code fiche pack a.fiche b.jsonl --threads 0
code fiche pack a.fiche b.jsonl --checkpoint often
code fiche pack a.fiche b.jsonl --uuid 123
code fiche pack a.fiche b.jsonl --time yesterday-ish
code fiche pack a.fiche b.jsonl --default colour=red
code fiche pack a.fiche b.jsonl --profile small
code fiche show a.fiche
code fiche extract a.fiche --overwrite
code fiche extract a.fiche -d x --overwrite --skip-existing
code fiche extract a.fiche --raw --as json
code fiche help pak
code fiche completion tcsh
ls
