many 400 >a.jsonl
fiche pack -q news.fiche a.jsonl --checkpoint 16KiB
[ "$(fiche info news.fiche --json | tr , '\n' | sed -n 's/"generation"://p')" -gt 1 ] &&
	echo "several commits"
fiche list news.fiche --short | wc -l | tr -d ' '
fiche list news.fiche --commit 1 --short >first
[ "$(wc -l <first)" -lt 400 ] && echo "fewer at first"
code fiche list news.fiche --commit 999999
