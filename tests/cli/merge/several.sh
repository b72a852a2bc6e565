sample | head -3 >a.jsonl
sample | tail -5 >b.jsonl
fiche pack -q a.fiche a.jsonl
fiche pack -q b.fiche b.jsonl
fiche merge all.fiche a.fiche b.fiche | steady
fiche verify -q all.fiche
fiche list all.fiche --all-versions --fields number,source_id,title
echo "-- one that is there already"
code fiche merge all.fiche a.fiche
echo "-- once more, with nothing new"
fiche merge --append all.fiche b.fiche | steady
echo "-- another one"
news_archive
fiche merge --append all.fiche news.fiche | steady
fiche search -q all.fiche mayor --count
fiche verify -q all.fiche
fiche merge --append new.fiche a.fiche 2>&1 | steady
