# Accents, forms of words and scripts without spaces.
news_archive
find() {
	echo "-- $*"
	fiche search -q news.fiche --format tsv --fields source_id "$@" | sed 1d |
		tr '\n' ' '
	echo
}
find burgermeister
find 'BÜRGERMEISTER'
find bürgermeistern
find haus
find haus --exact
find prisão
find prisao
find 'eleições'
find eleicao
find declaração
find выбор
find ВЫБОРЫ
find выборы --exact
find 洪水
find 市长
find '"市长说洪水"'
find 雨
find 水洪
echo "-- singular and plural"
cat >plural.jsonl <<'END'
{"id":"es","language":"es","text":"Las declaraciones de la nación, los países y las elecciones."}
{"id":"fr","language":"fr","text":"Les journaux régionaux des dernières années, une députée, le château."}
{"id":"pt","language":"pt","text":"Os cidadãos alemães, as polícias federais, milhões de mãos responsáveis."}
{"id":"it","language":"it","text":"Le elezioni nelle città e i sindaci."}
{"id":"sv","language":"sv","text":"Kommunerna och regeringarna."}
{"id":"xx","text":"declaraciones journaux federais"}
END
fiche pack -q plural.fiche plural.jsonl
for word in declaración nación país elección journal régional année députées \
	châteaux cidadão alemão federal milhão mão responsável elezione sindaco \
	kommun regering; do
	echo "$word: $(fiche search -q plural.fiche "$word" --format tsv \
		--fields source_id | sed 1d | tr '\n' ' ')"
done
