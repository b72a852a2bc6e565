# SIGUSR1 asks how far it is.
mkfifo pipe
fiche pack -q news.fiche pipe 2>err &
packer=$!
exec 3>pipe
sample >&3
sleep 1
kill -USR1 $packer
sleep 1
exec 3>&-
wait $packer
echo "exit $?"
grep -c '^fiche: pack: packing ' err
fiche verify -q news.fiche
