# The first lines come, the pipe stays open, and somebody presses Ctrl-C.
mkfifo pipe
fiche pack --progress never news.fiche pipe >out 2>err &
packer=$!
exec 3>pipe
sample >&3
sleep 1
kill -TERM $packer
wait $packer
echo "exit $?"
exec 3>&-
steady <out
cat err
fiche verify -q news.fiche
echo "exit $?"
sample | fiche pack -q --append news.fiche -
fiche list news.fiche --all-versions --short | wc -l | tr -d ' '
