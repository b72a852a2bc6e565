# `head` closes the pipe early: no message, no crash.
many 20000 | fiche pack -q many.fiche -
{ fiche search -q many.fiche sentence --limit 0 --no-snippets; echo $? >code; } |
	head -n 1 | wc -l
cat code
