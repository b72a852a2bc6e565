mkfifo pipe
fiche pack -q news.fiche pipe &
packer=$!
exec 3>pipe
sample | sed -n 1p >&3
sleep 1
sample >b.jsonl
code fiche pack --append news.fiche b.jsonl
exec 3>&-
wait $packer
code fiche pack -q --append news.fiche b.jsonl
