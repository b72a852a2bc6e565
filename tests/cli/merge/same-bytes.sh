# The same archives and time give the same bytes.
sample_archive
news_archive
mkdir 1 2
fiche merge -q 1/all.fiche sample.fiche news.fiche
fiche merge -q 2/all.fiche sample.fiche news.fiche --threads 1
cmp 1/all.fiche 2/all.fiche && echo same
fiche merge -q dense.fiche sample.fiche news.fiche --dense
fiche verify -q dense.fiche
fiche extract dense.fiche --raw --all-versions | sort >dense
fiche extract 1/all.fiche --raw --all-versions | sort >copied
cmp dense copied && echo same articles
