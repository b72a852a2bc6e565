sample | sed -n 1,2p | fiche pack -q news.fiche -
sample | sed -n 3,4p | fiche pack -q --append news.fiche -
titles() {
	fiche list news.fiche --fields title "$@"
	echo "exit $?"
}
echo "-- now"
titles
echo "-- after the first commit"
titles --commit 1
echo "-- by scanning, trusting no commit"
titles --recover
titles --recover --commit 1
echo "-- the last commit is cut off"
size=$(fiche info news.fiche --json | tr , '\n' | sed -n 's/"file_size"://p')
head -c $((size - 100)) news.fiche >cut.fiche
fiche list cut.fiche --fields title 2>err
echo "exit $?"
sed "s/: [0-9.]* [A-Za-z]* follow/: SIZE follow/; s/@[0-9]*/@N/" err
