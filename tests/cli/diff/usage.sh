sample_archive
code fiche diff sample.fiche
code fiche diff sample.fiche none.fiche
echo text >text
code fiche diff text sample.fiche
