# A tar in a tar, with lines, a page, a link: members are read like files.
mkdir -p site/sub
sample | sed -n 1,2p >site/a.jsonl
sample | sed -n 3,4p | gzip >site/sub/b.jsonl.gz
echo "<!doctype html><title>Page</title><p>One page." >site/sub/c.html
ln -s /etc/passwd site/link
( cd site && tar cf in.tar sub && rm -r sub )
tar cf site.tar site
fiche pack -q news.fiche site.tar
echo "exit $?"
fiche list news.fiche --fields title,path --format tsv
# The same through a compression and a pipe: nothing new.
gzip -c site.tar | fiche pack --append news.fiche - | sed 's/ in .* → / → /'
fiche verify -q news.fiche && echo intact
