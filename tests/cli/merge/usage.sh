code fiche merge
code fiche merge all.fiche
code fiche merge all.fiche a.fiche --level 23
code fiche merge all.fiche a.fiche --uuid 12
