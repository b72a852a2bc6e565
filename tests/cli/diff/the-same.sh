sample_archive
sample | sed -n '7p;6p;5p;4p;3p;2p;1p' | fiche pack -q other.fiche - --level 1
code fiche diff sample.fiche other.fiche
code fiche diff --json sample.fiche sample.fiche
