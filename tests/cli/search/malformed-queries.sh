# Nothing that is typed is an error, as long as there are words in it.
news_archive
try() {
	printf -- '-- %s\n' "$1" | LC_ALL=C sed 's/[^ -~]/?/g' | cut -c 1-70
	fiche search --format tsv --fields source_id -- news.fiche "$1" >out 2>err
	echo "exit $?"
	sed 1d out | tr '\n' ' '
	echo
	steady <err | grep -v TIME
}
try '"flood defences'
try 'flood"'
try '"'
try '""'
try '*'
try '**'
try 'flood**'
try '(((('
try '))'
try '(mayor'
try 'mayor)'
try ')mayor('
try '()'
try 'OR'
try 'mayor OR'
try 'OR mayor'
try 'mayor OR OR flood'
try 'NOT'
try '-'
try '-mayor'
try 'mayor -'
try 'mayor --flood'
try 'near/5'
try 'mayor near/5'
try 'mayor near/x council'
try 'mayor near/99999999999999999999 council'
try 'title:'
try 'nosuch:mayor'
try 'date:yesterdayish mayor'
try 'source: mayor'
try ':'
try '\'
try "'"
try '%s%n%x'
try "$(printf 'mayor\033[31m\007flood')"
try "$(printf 'mayor\342\200\256flood')"
try "$(printf '\342\200\217mayor')"
try "$(printf 'mayor\377\376 flood')"
try "$(printf '\300\257')"
try "$(printf 'mayor\nflood')"
try "$(printf 'ma\314\201yor')"
try '🙂'
try 'mayor 🙂'
