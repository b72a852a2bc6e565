# Files that are opened while standard streams are closed must not get their
# numbers: a message would land in the archive.
sample >a.jsonl
fiche pack -q a.fiche a.jsonl <&- >&- 2>&-
fiche pack a.fiche -a a.jsonl <&- >&- 2>&-
fiche reindex a.fiche <&- 2>&- >&-
fiche compact -q a.fiche -o b.fiche 2>&- <&-
fiche export -q a.fiche --to csv -o a.csv 2>&- <&-
fiche export -q a.fiche --to csv -o b.csv
fiche pack -q a.fiche -a nothing.jsonl <&- 2>&-
echo "exit $?"
cmp a.csv b.csv
fiche verify -q a.fiche b.fiche && echo "both intact"
