sample_archive
code fiche show sample.fiche 7f3c
code fiche show sample.fiche 0123456789abcdef
code fiche show sample.fiche https://nowhere.test/
code fiche show sample.fiche a1 nobody --meta
