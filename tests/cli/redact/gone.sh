# An article is taken out: everybody is told so, nobody finds it, and who
# vouched for the archive before still does.
sample_archive
fiche keygen -q example.org/library
fiche sign -q sample.fiche --key fiche.key
fiche prove sample.fiche a4 -o a4.proof
fiche extract sample.fiche --raw --id a4 >a4.json
id=$(fiche list sample.fiche --id a2 --short)
fiche redact sample.fiche "$id" -o new.fiche --reason "asked for" \
	--authority "the board" --time 2031-02-19T00:04:05Z | steady
cmp -s sample.fiche new.fiche || echo "another file"
fiche verify new.fiche --against sample.fiche.checkpoint --key fiche.key.pub |
	grep -v 'checked'
echo "-- it and its neighbours"
fiche list new.fiche --all-versions
fiche list new.fiche --json --all-versions | grep -c '"title":null'
fiche info new.fiche | grep articles
code fiche search new.fiche mayor --count
fiche search -q new.fiche 'NOT river' --short
for how in "show" "show --raw" "show --meta" "extract" "extract --raw" "extract --as json"; do
	code fiche $how new.fiche "$id"
done
code fiche extract new.fiche --id "$id"
code fiche extract new.fiche --as json | wc -l
code fiche export new.fiche --to jsonl -o out.jsonl | steady
grep -c . out.jsonl
code fiche export new.fiche --to jsonl --id "$id" -o none.jsonl | steady
code fiche diff sample.fiche new.fiche
echo "-- proofs"
fiche prove new.fiche a4 --checkpoint sample.fiche.checkpoint | cmp - a4.proof
fiche check-proof a4.proof a4.json --key fiche.key.pub
fiche prove new.fiche "$id" --checkpoint sample.fiche.checkpoint >a2.proof
sample | sed -n 2p | tr -d '\n' >a2.json
fiche check-proof a2.proof a2.json --key fiche.key.pub
echo "-- it does not come back"
sample | fiche pack --append new.fiche - | steady
fiche merge --append new.fiche sample.fiche | steady
fiche merge all.fiche sample.fiche new.fiche | steady
fiche compact -q new.fiche -o smaller.fiche --dense
code fiche show smaller.fiche "$id"
