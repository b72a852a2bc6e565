# What stands in FILE.meta.json is known better than what the file says.
mkdir pages
printf '<html><head><title>A guess</title></head><body><p>Some words of a page.</p></body></html>' >pages/a.html
echo '{"title":"The headline","published":"2007-11-21","source":"The Daily","url":"https://example.org/a","tags":["x","y"]}' >pages/a.html.meta.json
echo 'Just a note' >pages/b.txt
echo '{"title": broken' >pages/b.txt.meta.json
fiche pack -q news.fiche pages
echo "exit $?"
fiche list news.fiche --format csv --fields title,published,source,url,tags,path
fiche extract news.fiche --raw https://example.org/a | cmp - pages/a.html && echo "the page is as it was"
