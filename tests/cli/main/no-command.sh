code fiche
code fiche lst news.fiche
code fiche -x
code fiche --verzion
code fiche -
