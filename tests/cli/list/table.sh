sample_archive
fiche list sample.fiche
