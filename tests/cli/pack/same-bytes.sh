many 500 >a.jsonl
sample >>a.jsonl
fiche pack -q a.fiche a.jsonl -j 1
mkdir other
TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 fiche pack -q other/a.fiche a.jsonl -j 4
cmp a.fiche other/a.fiche && echo "threads and zone: same"
unset SOURCE_DATE_EPOCH
mkdir third
fiche pack -q third/a.fiche a.jsonl --time 2023-11-14T22:13:20Z
cmp a.fiche third/a.fiche && echo "--time: same"
fiche pack -q b.fiche a.jsonl --time 1700000000 --uuid 00112233-4455-6677-8899-aabbccddeeff
cmp -s a.fiche b.fiche || echo "uuid: other"
fiche info b.fiche --json | tr , '\n' | grep -e uuid -e created
