news_archive
code fiche search -q news.fiche nobody-there
code fiche search -q news.fiche 'strike flood'
code fiche search -q news.fiche mayor --source nobody
code fiche search -q news.fiche '' --date 1999
