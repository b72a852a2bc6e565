sample_archive
code fiche compact sample.fiche
code fiche compact sample.fiche -o sample.fiche
code fiche compact none.fiche -o new.fiche
test -e new.fiche || echo "not made"
code fiche compact sample.fiche -o no/folder.fiche
code fiche compact sample.fiche -o new.fiche --level x
