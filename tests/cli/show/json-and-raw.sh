sample_archive
fiche show sample.fiche a4 --json
fiche show sample.fiche a4 --raw >raw
sed -n 4p sample.jsonl | cmp - raw && echo same
id=$(fiche list -q sample.fiche --short --id a4)
fiche show sample.fiche $id --raw | cmp - raw && echo same
fiche show sample.fiche $(echo $id | cut -c 1-10) --raw | cmp - raw && echo same
