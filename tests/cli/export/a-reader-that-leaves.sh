# The program ends quietly by SIGPIPE, as others do; where that is ignored, with
# one message.
many 3000 >a.jsonl
fiche pack -q a.fiche a.jsonl
{ fiche export a.fiche --to jsonl; echo $? >code; } | head -n 1 | cut -c 1-6
[ "$(cat code)" -eq 141 ] || [ "$(cat code)" -eq 5 ] || cat code
(
	trap '' PIPE
	{ fiche export a.fiche --to csv 2>err; echo $? >code; } | head -n 1 | cut -c 1-3
	cat code
	cat err
)
