[ -w /dev/full ] || skip "no /dev/full"
# The rejects cannot be kept: said once, and what is good is packed.
{ sample; echo '{broken'; echo '{broken too'; } >a.jsonl
fiche pack news.fiche a.jsonl --rejects /dev/full >out
echo "exit $?"
steady <out
fiche list -q news.fiche --short | wc -l | tr -d ' '
