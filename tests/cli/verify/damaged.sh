noise 300 >a.jsonl
fiche pack -q a.fiche a.jsonl
size=$(wc -c <a.fiche)
printf 'XXXX' | dd of=a.fiche bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
for how in "" --quick; do
	echo "-- $how"
	fiche verify $how a.fiche 2>err
	echo "exit $?"
	grep -c '^fiche: verify: a.fiche@[0-9]*: ' err | sed 's/[1-9][0-9]*/found/'
	grep 'is damaged' err | sed 's/[0-9][0-9]*/N/g'
done
echo "-- status"
code fiche verify --status a.fiche
echo "-- json"
fiche verify --json a.fiche | tail -n 1 | tr , '\n' | grep -e intact -e exit
