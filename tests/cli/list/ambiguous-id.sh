sample_archive
id=$(fiche list -q sample.fiche --short --id a1)
fiche list sample.fiche --id $(echo $id | cut -c 1-8) --fields title
code fiche list sample.fiche --id $(echo $id | cut -c 1-7)
