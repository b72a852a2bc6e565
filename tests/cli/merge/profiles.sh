sample | fiche pack -q plain.fiche - --profile plain
news_archive
fiche merge -q a.fiche plain.fiche news.fiche
fiche merge -q b.fiche plain.fiche news.fiche --profile plain --index basic
for x in a b; do
	fiche verify -q $x.fiche
	fiche info --json $x.fiche | tr , '\n' | grep -e '"profile"' -e '"records"'
done
code fiche search b.fiche mayor --count
