# With and without a keyword index; an append keeps what the archive has.
search() {
	fiche search -q "$1" mayor --count 2>err
	echo "exit $?"
	sed '/^hint/d' err
}
news | sed -n 1,6p | fiche pack -q words.fiche -
news | sed -n 1,6p | fiche pack -q basic.fiche - --index basic
search words.fiche
search basic.fiche
echo "-- appended"
news | sed -n '7,$p' >rest.jsonl
fiche pack -q --append words.fiche rest.jsonl
fiche pack -q --append basic.fiche rest.jsonl
search words.fiche
search basic.fiche
echo "-- asked for otherwise"
echo '{"title":"One more mayor"}' | fiche pack -q --append words.fiche - --index basic
echo '{"title":"One more mayor"}' | fiche pack -q --append basic.fiche - --index words
search words.fiche
search basic.fiche
fiche verify -q words.fiche basic.fiche
fiche pack x.fiche rest.jsonl --index all
