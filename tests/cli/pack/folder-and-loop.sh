mkdir -p in/b in/a
sample | sed -n 1p >in/b/one.jsonl
sample | sed -n 2p >in/a/two.jsonl
echo "A plain text of some words." >in/note.txt
echo '<html><head><title>Page title</title></head><body><p>Words</p></body></html>' >in/page.html
ln -s ../.. in/a/up
fiche pack -q news.fiche in
echo "exit $?"
fiche list news.fiche --fields title,path,type --format csv
fiche extract news.fiche --raw | grep -c -e 'plain text' -e '<html>'
