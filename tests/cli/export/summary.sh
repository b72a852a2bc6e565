sample_archive
fiche export sample.fiche --to csv -o out.csv | steady
fiche export sample.fiche --to csv -o out.csv.gz --json | steady
fiche export sample.fiche --to bagit -o bag --json | steady
fiche export sample.fiche --to csv --partition year -o years --json | steady
fiche export sample.fiche --to csv -o quiet.csv -q
fiche export sample.fiche --to csv -o out.csv --json | steady
