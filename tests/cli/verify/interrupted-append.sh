sample_archive
cp sample.fiche torn.fiche
printf 'half a block' >>torn.fiche
fiche verify torn.fiche >out
echo "exit $?"
code fiche verify --status torn.fiche
code fiche list torn.fiche --fields title --limit 1 2>&1 | sed 's/@[0-9]*/@N/'
echo '{"title":"next","text":"t"}' | fiche pack -q --append torn.fiche -
code fiche verify -q torn.fiche
