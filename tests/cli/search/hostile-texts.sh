# What could disturb a terminal is spelled out, in titles, texts, tags and queries.
printf '%s\n' '{"id":"h","title":"red \u001b[31m mayor \u0007 bell \u202e txt.exe","source":"a\u001bb","tags":["t\u001b[0m"],"published":"2024","text":"The\nmayor\tsaid \u001b[2J nothing \u202e here \u0000 at all."}' |
	fiche pack -q a.fiche -
fiche search -q a.fiche mayor --facet tag --facet source
fiche search -q a.fiche mayor --color always | sed 's/\x1b/ESC/g'
fiche search -q a.fiche mayor --json | sed 's/"score":[0-9.]*/"score":N/' | steady
fiche search a.fiche "$(printf 'ma\033[31myer')" 2>&1 | steady
