# What is asked for is not there, or not said.
sample_archive
cp sample.fiche before.fiche
code fiche withdraw sample.fiche
code fiche withdraw sample.fiche a1
code fiche withdraw sample.fiche a1 --undo --reason x
code fiche withdraw sample.fiche a1 --list
code fiche withdraw sample.fiche a1 nobody --reason x
code fiche withdraw sample.fiche --list
code fiche withdraw absent.fiche a1 --reason x
code fiche withdraw sample.fiche a1 --reason "$(printf '%5000s' x)"
code fiche withdraw sample.fiche a1 --reason "$(printf 'x\377')"
cmp before.fiche sample.fiche
