{
	echo '{"title":"all of it","url":"https://example.org/a","date":"2024-03-01T10:00Z","text":"x"}'
	echo '{"title":"no address","date":"2024-03-01","text":"x"}'
	echo '{"title":"no date","url":"https://example.org/b","date":"soon","text":"x"}'
	echo '{"title":"a guess","url":"https://example.org/c","date":"2024-03-01 10:00","text":"x"}'
} >a.jsonl
fiche pack -q one.fiche a.jsonl --require url,date
echo "exit $?"
fiche list one.fiche --format csv --fields title
echo "-- strict"
fiche pack -q two.fiche a.jsonl --strict --rejects none
fiche list two.fiche --format csv --fields title
echo "-- strict, with the zone told"
fiche pack -q three.fiche a.jsonl --strict --assume-tz UTC --rejects none
fiche list three.fiche --format csv --fields title
