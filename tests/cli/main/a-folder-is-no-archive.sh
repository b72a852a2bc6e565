mkdir folder
for command in list info verify; do
	code fiche $command folder
done
echo '{"text":"x"}' >a.jsonl
code fiche pack folder a.jsonl
code fiche pack --append folder a.jsonl
