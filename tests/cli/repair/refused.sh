# What cannot be done is said of the file it is about, before the work begins.
sample >a.jsonl
fiche pack -q news.fiche a.jsonl --time 1700000000
mkdir folder
code fiche repair 2>&1
code fiche repair news.fiche 2>&1
code fiche repair nowhere.fiche -o new.fiche 2>&1
code fiche repair news.fiche nowhere.fiche -o new.fiche 2>&1
code fiche repair news.fiche folder -o new.fiche 2>&1
code fiche repair a.jsonl -o new.fiche 2>&1
code fiche repair news.fiche -o nowhere/new.fiche 2>&1
code fiche repair news.fiche -o folder 2>&1
printf X | dd of=news.fiche bs=1 seek=4300 conv=notrunc 2>/dev/null
cp news.fiche same
echo "-- the copy itself, a link to it"
code fiche repair news.fiche -o news.fiche 2>&1
ln -s news.fiche link
code fiche repair news.fiche -o link 2>&1
cmp news.fiche same && ls
