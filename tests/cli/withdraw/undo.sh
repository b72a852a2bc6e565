# What is withdrawn is taken back; what is so already stays as it is.
sample_archive
fiche withdraw sample.fiche a1 a2 --reason "asked for"
fiche withdraw sample.fiche a2 a3 --reason "another reason" --json
fiche withdraw sample.fiche --list
fiche withdraw sample.fiche a1 a4 --undo
fiche withdraw sample.fiche a1 --undo --json
fiche withdraw sample.fiche https://example.org/live --reason "all of it"
fiche list sample.fiche --all-versions
fiche withdraw -q sample.fiche a2 a3 https://example.org/live --undo
code fiche withdraw sample.fiche --list
fiche list sample.fiche --all-versions --short | wc -l
fiche verify sample.fiche | grep -c intact
