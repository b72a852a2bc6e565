code fiche reindex none.fiche
mkdir folder
code fiche reindex folder
echo "no archive" >text
code fiche reindex text
code fiche reindex
code fiche reindex a b
code fiche reindex text --index all
code fiche reindex text --threads 0
: | fiche pack -q empty.fiche -
code fiche reindex empty.fiche 2>&1 | steady
