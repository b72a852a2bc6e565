# A line of a shell holds 128 KiB in one word.
news_archive
try() {
	echo "-- $1"
	fiche search -q news.fiche "$2" --format tsv --fields source_id >out
	echo "exit $?"
	sed 1d out | tr '\n' ' '
	echo
}
words() {
	awk -v n="$1" -v w="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s ", w }'
}
try "ten thousand times the same" "$(words 10000 mayor)"
try "ten thousand alternatives" "mayor $(words 10000 'OR strike')"
try "ten thousand words" "$(awk 'BEGIN { for (i = 0; i < 10000; i++) printf "w%d ", i }')"
try "one word of 100000 letters" "$(awk 'BEGIN { while (i++ < 10000) printf "abcdefghij" }')"
try "50000 parentheses" "$(words 50000 '(' | tr -d ' ')mayor"
try "a quotation of 100000 bytes" "\"$(words 16000 mayor)\""
try "stars" "$(words 50000 '*')"
try "prefixes" "$(words 20000 'm*')"
try "not not not" "$(words 20000 NOT) mayor"
