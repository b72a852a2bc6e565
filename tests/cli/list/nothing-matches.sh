sample_archive
code fiche list sample.fiche --source nobody
code fiche list sample.fiche --date 1999 --format csv
