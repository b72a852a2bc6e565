printf '%s\n' '{"title":"red \u001b[31m and \u0007 bell \u202e txt.exe","source":"a\u001bb","published":"2024","text":"x"}' >a.jsonl
fiche pack -q a.fiche a.jsonl
fiche list a.fiche
fiche show a.fiche --date 2024 | head -n 3
