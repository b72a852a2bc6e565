# What was protected stays protected, until it is told otherwise.
sample >a.jsonl
head -n 3 a.jsonl >b.jsonl
tail -n +4 a.jsonl >c.jsonl
line() { printf '{"url":"http://n.ex/%s","title":"%s","text":"one more"}\n' $1 $1; }
parity() { fiche info "$1" | grep ^parity | sed 's/[0-9.]* \(bytes\|KiB\)/SIZE/g'; }
fiche pack news.fiche b.jsonl --parity arch | tail -n 1 | sed 's/[0-9.]* KiB/SIZE/g'
parity news.fiche
fiche pack -q news.fiche c.jsonl --append; parity news.fiche
line 1 | fiche pack -q news.fiche - --append --parity none; parity news.fiche
fiche verify news.fiche 2>&1 >/dev/null | sed 's/[0-9.]* KiB/SIZE/g'
line 2 | fiche pack -q news.fiche - --append --parity lite; parity news.fiche
fiche verify -q news.fiche; echo "exit $?"
echo "-- nothing new is nothing to protect"
before=$(wc -c <news.fiche)
fiche pack -q news.fiche b.jsonl --append
[ "$before" = "$(wc -c <news.fiche)" ] && echo "the same size"
echo "-- the same bytes again"
fiche pack -q x.fiche a.jsonl --parity std
fiche pack -q y.fiche a.jsonl --parity std --uuid "$(fiche info x.fiche --json | tr , '\n' | sed -n 's/.*"uuid":"\(.*\)"/\1/p')"
cmp x.fiche y.fiche && echo "byte for byte"
echo "-- as JSON"
fiche pack z.fiche a.jsonl --parity std --json | tr , '\n' | grep -e '"parity"' -e '"generation"'
fiche protect z.fiche --json | tr , '\n' | grep -v -e type -e archive
