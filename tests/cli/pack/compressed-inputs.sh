sample | sed -n 1,2p | gzip >a.jsonl.gz
cp a.jsonl.gz b
for tool in "xz -c" "bzip2 -c" "zstd -qc" "lz4 -qc"; do
	command -v ${tool% *} >/dev/null || continue
	sample | sed -n 3,4p | $tool >c.${tool%% *}
done
fiche pack -q news.fiche a.jsonl.gz b c.*
echo "exit $?"
fiche list news.fiche --fields title
# Two members, then one that is cut.
many 200 | gzip >m.gz
{ cat m.gz; cat m.gz; } >two.gz
head -c 1500 m.gz >cut.gz
fiche pack -q more.fiche two.gz
echo "exit $?"
fiche list more.fiche --short | wc -l | tr -d ' '
fiche pack -q cut.fiche cut.gz 2>messages
echo "exit $?"
grep -c cut.gz messages
[ "$(fiche list cut.fiche --short | wc -l)" -gt 10 ] && echo "the beginning is kept"
code fiche verify -q cut.fiche
