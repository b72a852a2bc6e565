sample_archive
code fiche extract sample.fiche --source nobody
code fiche extract sample.fiche nobody
