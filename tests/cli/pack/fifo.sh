mkfifo pipe
sample >pipe &
fiche pack -q news.fiche pipe
echo "exit $?"
fiche list news.fiche --fields title --all-versions
