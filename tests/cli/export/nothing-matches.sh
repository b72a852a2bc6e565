# No article: no file.
sample_archive
code fiche export sample.fiche --to csv --source nobody.test -o out.csv
code fiche export sample.fiche --to csv --source nobody.test
ls
