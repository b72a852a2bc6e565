# Two articles are withdrawn: nobody is shown them who does not ask for it, and
# who asks for one of them is told why.
sample_archive
cp sample.fiche before.fiche
id=$(fiche list sample.fiche --id a2 --short)
fiche withdraw sample.fiche "$id" a5b --reason "names a minor" \
	--authority "Ms Doe, editor" --time 2031-02-19T00:04:05Z
cmp before.fiche sample.fiche 2>&1 | cut -d ' ' -f 1-3
fiche verify sample.fiche | grep -c intact
echo "-- not shown"
fiche list sample.fiche
code fiche list sample.fiche --all-versions --short | wc -l
code fiche search -q sample.fiche mayor
fiche search -q sample.fiche "" --count --facet source
fiche info sample.fiche | grep articles
fiche info sample.fiche --json | grep -o '"withdrawn":[0-9]*'
fiche info sample.fiche --names tag
fiche extract sample.fiche --raw | wc -l
fiche export sample.fiche --to jsonl --all-versions | wc -l
for how in show "show --raw" extract "list --id" "extract --id" "export --to jsonl --id"; do
	case $how in
	*--id) code fiche ${how% --id} sample.fiche --id "$id" ;;
	*) code fiche $how sample.fiche "$id" ;;
	esac
done
code fiche show sample.fiche https://example.org/mayor
fiche show sample.fiche https://example.org/live --meta | head -n 1
echo "-- shown to who asks"
fiche list sample.fiche --withdrawn
fiche list sample.fiche --withdrawn --format tsv --fields title,withdrawn | grep mayor
fiche search -q sample.fiche mayor --withdrawn
fiche show sample.fiche "$id" --withdrawn
fiche export sample.fiche --to jsonl --withdrawn | wc -l
echo "-- the list"
fiche withdraw sample.fiche --list
fiche withdraw sample.fiche --list --json
echo "-- as it was, and not as it was"
fiche list sample.fiche --commit 1 --short | wc -l
fiche prove sample.fiche "$id" >a2.proof
sample | sed -n 2p | tr -d '\n' >a2.json
fiche check-proof a2.proof a2.json
