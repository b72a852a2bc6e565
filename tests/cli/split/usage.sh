sample_archive
code fiche split sample.fiche -o 'x-{month}.fiche'
code fiche split sample.fiche --by week -o 'x-{month}.fiche'
code fiche split sample.fiche --by size=0 -o 'x-{n}.fiche'
code fiche split sample.fiche --by month -o x.fiche
code fiche split sample.fiche --by month
: >x-2024-03.fiche
code fiche split sample.fiche --by month -o 'x-{month}.fiche'
ls x-*
code fiche split none.fiche --by month -o 'x-{month}.fiche'
