# What would leave a copy, or cannot be meant, is not begun.
sample_archive
printf '%s\n' \
	'{"url":"https://a.example/1","title":"One","text":"The ferry runs again, says the harbour master, at nine, at noon and at five."}' \
	'{"url":"https://b.example/1","title":"Two","text":"The ferry runs again, says the harbour master, at nine, at noon and at five."}' |
	fiche pack -q --append sample.fiche -
one=$(fiche list sample.fiche --url https://a.example/1 --short)
two=$(fiche list sample.fiche --url https://b.example/1 --short)
code fiche redact sample.fiche "$one" --reason x
code fiche redact sample.fiche "$one" -o new.fiche
code fiche redact sample.fiche 0123456789 -o new.fiche --reason x
code fiche redact sample.fiche https://example.org/live -o new.fiche --reason x
code fiche redact sample.fiche "$one" -o sample.fiche --reason x
code fiche redact sample.fiche "$one" -o no/new.fiche --reason x --keep-copies
code fiche redact none.fiche "$one" -o new.fiche --reason x
echo "-- another article says the same"
code fiche redact sample.fiche "$one" -o new.fiche --reason x
ls
code fiche redact sample.fiche "$one" -o kept.fiche --reason x --keep-copies | steady
fiche show kept.fiche "$two" | tail -n 1
code fiche redact sample.fiche "$one" "$two" -o both.fiche --reason x --json --time 1700000000 | steady
code fiche redact both.fiche "$one" -o new.fiche --reason x
echo "-- damaged"
printf x | dd of=sample.fiche bs=1 seek=4300 conv=notrunc 2>/dev/null
code fiche redact sample.fiche a3 -o new.fiche --reason x
ls
