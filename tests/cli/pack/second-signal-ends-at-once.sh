# The second one does not wait: what was not committed is not there.
noise 3000 >a.jsonl
fiche pack -q news.fiche a.jsonl --level 22 -j 1 2>err &
packer=$!
sleep 1
kill -TERM $packer
kill -TERM $packer
wait $packer
echo "exit $?"
cat err
# Whatever state it was in, adding to it works and verifies.
sample | fiche pack -q --append news.fiche - 2>err
echo "exit $?"
code fiche verify -q news.fiche
