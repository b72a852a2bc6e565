# Of a bundle that is cut, what is whole is packed and the rest is named.
for i in 1 2 3; do sample | sed -n ${i}p >$i.jsonl; done
tar cf x.tar 1.jsonl 2.jsonl 3.jsonl
head -c 2700 x.tar >cut.tar
fiche pack -q news.fiche cut.tar
echo "exit $?"
fiche list news.fiche --fields title --format tsv
fiche verify -q news.fiche && echo intact
# A bundle without any member that could be read makes no archive.
printf '7z\274\257\047\034 and no more' >bad.7z
fiche pack -q none.fiche bad.7z
echo "exit $?"
ls none.fiche
