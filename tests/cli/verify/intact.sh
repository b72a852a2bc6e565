sample_archive
cp sample.fiche two.fiche
fiche verify sample.fiche two.fiche | steady
fiche verify --quick sample.fiche | steady | sed 's/[0-9]* section/N section/'
echo "-- quiet, status"
code fiche verify --quiet sample.fiche
code fiche verify --status sample.fiche
fiche verify --json sample.fiche | steady | tr , '\n' | grep -e type -e intact -e findings -e records -e exit
