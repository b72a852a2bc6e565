# Ctrl-C: what was read until then is whole.
command -v mkfifo >/dev/null || skip "no mkfifo"
many 20000 >a.jsonl
fiche pack -q a.fiche a.jsonl
mkfifo pipe
fiche export a.fiche --to jsonl -o pipe -q 2>err &
pid=$!
{
	head -c 1000 >/dev/null
	kill -TERM $pid
	sleep 0.2
	cat
} <pipe >rest
wait $pid
echo "exit $?"
sed 's/[0-9][0-9 ]*/N /' err
[ "$(wc -l <rest)" -lt 19000 ] && echo "not all"
tail -n 1 rest | grep -q '}$' && echo "the last is whole"
