# `head` closes the pipe early: no message, no crash.
many 20000 >many.jsonl
fiche pack -q many.fiche many.jsonl
{ fiche list many.fiche --short; echo $? >code; } | head -n 1 | cut -c 1-1 |
	tr 0-9a-f x
cat code
