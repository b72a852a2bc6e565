# The second one does not wait; adding to what is left works.
head -c 30000000 /dev/urandom | base64 -w 4000 | sed 's/.*/{"text":"&"}/' >a.jsonl
fiche pack -q news.fiche a.jsonl --level 22 -j 1 2>/dev/null &
packer=$!
sleep 1
kill -TERM $packer
sleep 0.3
kill -TERM $packer 2>/dev/null
wait $packer
echo "exit $?"
sample | fiche pack -q --append news.fiche - 2>/dev/null
echo "exit $?"
code fiche verify -q news.fiche
