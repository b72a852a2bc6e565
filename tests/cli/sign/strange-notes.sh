# Texts that are nearly notes, signatures of others, and an archive of nothing.
pack_lines() { fiche pack -q --append news.fiche - --time 1700000000 --uuid 000102030405060708090a0b0c0d0e0f; }
: | pack_lines
fiche keygen -q example.org/library
fiche sign -q news.fiche --key fiche.key -o -  | sed -n 1,4p
fiche sign -q news.fiche -o empty
sample | fiche pack -q --append news.fiche - --time 1700000000
fiche verify news.fiche --against empty | tail -n 1
fiche sign -q news.fiche --key fiche.key
check() { fiche verify -q news.fiche --key fiche.key.pub --against "$1"; echo "exit $?"; }
echo "-- signatures of others are passed over"
echo "— example.com/witness AAAAAQIDBAUGBwg=" >line
cat news.fiche.checkpoint line >witnessed
check witnessed
sed 5d witnessed >unsigned
check unsigned
echo "-- and stay, when more is signed"
fiche keygen -q example.org/editor -o editor.key
cp witnessed news.fiche.checkpoint
fiche sign -q news.fiche --key editor.key
fiche sign -q news.fiche --key fiche.key
fiche sign -q news.fiche
sed 's/ [^ ]*=*$/ SIGNATURE/' news.fiche.checkpoint | tail -n 3
check news.fiche.checkpoint
fiche verify -q news.fiche --key editor.key.pub; echo "exit $?"
echo "-- but not what is no signature"
echo "signed by me" | cat news.fiche.checkpoint - >said
check said
sed 's/$/\r/' news.fiche.checkpoint >crlf
check crlf
sed 's/^7$/07/' news.fiche.checkpoint >zero
check zero
printf 'a\0b' >nul
check nul
echo "-- a signer adds to no such text"
cp said news.fiche.checkpoint
fiche sign -q news.fiche --key fiche.key; echo "exit $?"
