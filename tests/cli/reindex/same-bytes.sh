# The same archive and time give the same bytes.
news | fiche pack -q a.fiche - --index basic
cp a.fiche b.fiche
fiche reindex -q a.fiche
fiche reindex -q b.fiche --threads 1
cmp a.fiche b.fiche && echo same
