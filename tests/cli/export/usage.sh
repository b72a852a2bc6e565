sample_archive
code fiche export
code fiche export sample.fiche
code fiche export sample.fiche --to nonsense
code fiche export sample.fiche other.fiche --to csv
code fiche export sample.fiche --to csv --fields nonsense
code fiche export sample.fiche --to csv --fields title,title
code fiche export sample.fiche --to csv --fields ''
code fiche export sample.fiche --to jsonl --raw --fields title
code fiche export sample.fiche --to csv --raw
code fiche export sample.fiche --to jsonl --excel
code fiche export sample.fiche --to bibtex --fields title
code fiche export sample.fiche --to html
code fiche export sample.fiche --to html -o -
code fiche export sample.fiche --to html --compress xz -o site
code fiche export sample.fiche --to csv --json
code fiche export sample.fiche --to csv --overwrite
code fiche export sample.fiche --to csv --compress lzma
code fiche export nowhere.fiche --to csv
ls
