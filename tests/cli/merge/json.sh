sample_archive
news_archive
fiche merge --json all.fiche sample.fiche sample.fiche news.fiche |
	sed 's/"file_size":[0-9]*/"file_size":N/' | steady
