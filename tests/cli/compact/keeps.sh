# Profile, kind of index, and when it began; not the identity.
sample | fiche pack -q a.fiche - --profile plain --index basic --time 1000000000
fiche pack -q --append a.fiche - </dev/null
fiche compact -q a.fiche -o b.fiche --time 1100000000
fiche verify -q b.fiche
for x in a b; do
	fiche info --json $x.fiche | tr , '\n' |
		grep -e '"profile"' -e '"index' -e '"created"' -e committed -e uuid
done
code fiche search b.fiche mayor --count
echo "-- an earlier state"
news | fiche pack -q --append a.fiche -
fiche compact -q a.fiche -o c.fiche --commit 1
fiche list c.fiche --all-versions --short | wc -l
echo "-- an empty one"
: | fiche pack -q empty.fiche -
fiche compact empty.fiche -o e.fiche | steady
fiche verify -q e.fiche
