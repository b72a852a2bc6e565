# What goes over a limit is told; what came before stays.
for i in 1 2 3; do sample | sed -n ${i}p >$i.jsonl; done
tar cf x.tar 1.jsonl 2.jsonl 3.jsonl
fiche pack -q a.fiche x.tar --max-members 2
echo "exit $?"
fiche list a.fiche --fields id,title --format tsv | wc -l
fiche pack -q b.fiche x.tar --max-unpacked 300
echo "exit $?"
fiche list b.fiche --fields id,title --format tsv | wc -l
# A bomb of blank lines.
head -c 300000000 /dev/zero | tr '\0' '\n' | gzip -9 >bomb.gz
fiche pack -q c.fiche bomb.gz 1.jsonl --max-ratio 100
echo "exit $?"
fiche list c.fiche --fields title --format tsv
for bad in "--max-members 0" "--max-ratio many" "--max-unpacked some"; do
	fiche pack d.fiche x.tar $bad
	echo "exit $?"
done
