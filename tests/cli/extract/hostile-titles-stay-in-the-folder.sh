cat >a.jsonl <<'END'
{"title":"../../escape","text":"1"}
{"title":"/etc/passwd","text":"2"}
{"title":"..","id":"own/../id","text":"3"}
{"title":"-rf *; rm","text":"4"}
{"title":"new\nline\u0000nul","text":"5"}
{"title":"CON.txt ","text":"6"}
{"title":"Только кириллица","id":"Статья","text":"7"}
{"title":"A title that goes on and on and on and on, far beyond all that a file name should have","text":"8"}
END
fiche pack -q a.fiche a.jsonl
mkdir deep
fiche extract a.fiche -d deep/out
find . -path ./deep -prune -o -type f -print | sort
ls deep/out | sed 's/-[0-9a-f]\{12\}\./-ID./'
