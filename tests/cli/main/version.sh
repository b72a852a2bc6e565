fiche --version | sed 's/[0-9][0-9.]*/N/g'
fiche -V | sed 's/[0-9][0-9.]*/N/g'
