# The archive and its rejects stand in the folder that is packed.
{ sample | sed -n 1,2p; echo '{broken'; } >a.jsonl
fiche pack -q news.fiche .
echo "exit $?"
fiche pack -q --append news.fiche .
echo "exit $?"
fiche list news.fiche --fields title,path
