# One article, one page of text: a third party needs nothing else.
sample >a.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
fiche keygen example.org/library -o lib.key
stat -c %a lib.key
fiche sign -q news.fiche --key lib.key
sed 's/ [^ ]*=*$/ SIGNATURE/' news.fiche.checkpoint
fiche verify news.fiche --key lib.key.pub | tail -n 1
echo "-- an article"
fiche prove news.fiche a4 -o a4.proof
fiche extract news.fiche --raw --id a4 >a4.json
fiche check-proof a4.proof a4.json --key lib.key.pub
echo "exit $?"
echo "-- another article, a changed one, another proof, another key"
fiche extract news.fiche --raw --id a1 >a1.json
fiche check-proof a4.proof a1.json; echo "exit $?"
sed 's/Матч/Мачт/' a4.json >changed.json
fiche check-proof -q a4.proof changed.json; echo "exit $?"
awk "/^index/{print \"index\", (\$2+1)%7; next} {print}" a4.proof >other.proof
fiche check-proof -q other.proof a4.json; echo "exit $?"
fiche keygen -q example.org/library -o other.key
fiche check-proof a4.proof a4.json --key other.key.pub; echo "exit $?"
sed 's/^7$/8/' a4.proof >grown.proof
fiche check-proof -q grown.proof a4.json --key lib.key.pub; echo "exit $?"
