news_archive
code fiche search mayor news.fiche
echo >draft
code fiche search news.fiche draft --no-snippets 2>err
steady <err
code fiche search news.fiche flood mayor
code fiche search news.fiche
code fiche search
code fiche search news.fiche -draft
code fiche search -q news.fiche --no-snippets -- '-draft strike'
