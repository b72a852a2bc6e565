# What was vouched for once stays a part of the archive, or it is noticed.
sample >a.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
fiche keygen -q example.org/library
fiche sign -q news.fiche --key fiche.key
cp news.fiche.checkpoint old
echo '{"title":"one more","text":"x"}' | fiche pack -q --append news.fiche - --time 1700000000
fiche verify news.fiche --against old --key fiche.key.pub | tail -n 1
fiche sign -q news.fiche --key fiche.key && sed -n 2p news.fiche.checkpoint
echo "-- an archive with the same name and other articles"
sed 's/valley/alley/' a.jsonl >b.jsonl; mkdir x
fiche pack -q x/news.fiche b.jsonl --time 1700000000
fiche verify -q x/news.fiche --against old; echo "exit $?"
fiche sign -q x/news.fiche --key fiche.key -o old; echo "exit $?"
echo "-- an older state"
sample | head -n 3 | fiche pack -q x/short.fiche - --time 1700000000 --uuid $(sed -n '1s|.*/||p' old)
fiche verify -q x/short.fiche --against old; echo "exit $?"
echo "-- damaged"
printf x | dd of=news.fiche bs=1 seek=5000 conv=notrunc 2>/dev/null
fiche sign -q news.fiche --key fiche.key; echo "exit $?"
echo "-- the public key cannot sign; what is no key"
fiche sign -q x/news.fiche --key fiche.key.pub; echo "exit $?"
fiche sign -q x/news.fiche --key a.jsonl; echo "exit $?"
fiche keygen "a b"; echo "exit $?"
fiche keygen example.org/library; echo "exit $?"
