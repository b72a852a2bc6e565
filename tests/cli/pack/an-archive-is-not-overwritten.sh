sample_archive
cp sample.fiche before
code fiche pack sample.fiche sample.jsonl
code fiche pack -n sample.fiche sample.jsonl
cmp sample.fiche before && echo same
echo text >letter
code fiche pack letter sample.jsonl
cat letter
