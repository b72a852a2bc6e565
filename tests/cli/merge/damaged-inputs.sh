noise 60 >n.jsonl
fiche pack -q n.fiche n.jsonl
sample_archive
# In the middle of a block.
size=$(wc -c <n.fiche)
printf 'XXXX' | dd of=n.fiche bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
code fiche merge all.fiche n.fiche sample.fiche >out 2>err
sed 's/@[0-9]*/@N/' err
sed 's/([^)]*)/(SIZE)/; s/ in [0-9.]* s/ in TIME/' out
fiche verify -q all.fiche
fiche list all.fiche --source example.org --fields title
echo "-- one that is not there, and one that is no archive"
echo text >text
code fiche merge some.fiche none.fiche text sample.fiche 2>&1 | steady
echo "-- nothing could be read"
code fiche merge no.fiche none.fiche text 2>&1
test -e no.fiche || echo "not made"
