# SPDX-License-Identifier: Apache-2.0
#
# articles.sh - articles for the cases, made here and nowhere copied from.

# Seven records: two sources and languages more than needed, dates of several
# precisions, two versions of one URL, and one record with nothing but a text.
sample() {
	cat <<'END'
{"id":"a1","url":"https://example.org/flood","title":"Floods hit the valley","published":"2024-03-05 10:00:00","source":"example.org","language":"en","authors":["Ada Writer"],"tags":["climate","flood"],"text":"The river rose over night.\nTwo bridges are closed."}
{"id":"a2","url":"https://example.org/mayor","title":"Council elects a mayor","published":"2024-03-20","source":"example.org","language":"en","tags":["election"],"text":"The council met on Wednesday and chose a mayor."}
{"id":"a3","url":"https://kurier.test/wahl","title":"Wahl im November","published":"2023-11","source":"kurier.test","language":"de","tags":["election","Wahl"],"text":"Gewählt wird im November."}
{"id":"a4","url":"https://gazeta.test/den","title":"Новости дня","published":"2022-06-30T23:30:00+02:00","source":"gazeta.test","language":"ru","tags":["спорт"],"text":"Матч закончился поздно вечером."}
{"id":"a5","url":"https://example.org/live","title":"Live: first news","published":"2024-04-01T08:00:00Z","source":"example.org","language":"en","text":"It has begun."}
{"id":"a5b","url":"https://example.org/live","title":"Live: later news","published":"2024-04-01T08:00:00Z","modified":"2024-04-02T08:00:00Z","source":"example.org","language":"en","text":"It has begun. It goes on."}
{"id":"x-77","title":"Undated note","text":"Nobody knows when this was written."}
END
}

# N records with a text each.
many() {
	awk -v n="$1" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf "{\"id\":\"m%d\",\"url\":\"https://example.org/%d\"," \
			       "\"title\":\"Article number %d\"," \
			       "\"published\":\"2024-%02d-%02d\"," \
			       "\"source\":\"example.org\",\"text\":\"Sentence %d " \
			       "of many, with the number %d in it.\"}\n", \
			       i, i, i, i % 12 + 1, i % 28 + 1, i, i * 7919
	}'
}

# sample.fiche in the current folder, without a word.
sample_archive() {
	sample >sample.jsonl
	fiche pack -q sample.fiche sample.jsonl
}

# N records with long texts of little sense, which do not compress well: an
# archive with several blocks.
noise() {
	awk -v n="$1" 'BEGIN {
		x = 1
		for (i = 1; i <= n; i++) {
			printf "{\"id\":\"n%d\",\"title\":\"Noise %d\",\"text\":\"", i, i
			for (k = 0; k < 400; k++) {
				x = (x * 16807) % 2147483647
				printf "%x ", x
			}
			print "\"}"
		}
	}'
}

# What differs from run to run or machine to machine: times and sizes.
steady() {
	sed -e 's/ in [0-9][0-9.:]*\( s\)\{0,1\}/ in TIME/' \
	    -e 's/(+\{0,1\}[0-9][^()]*[KMG]iB[^()]*)/(SIZE)/' \
	    -e 's/checked [0-9.]* [A-Za-z]* /checked SIZE /' \
	    -e 's/"seconds":[0-9.]*/"seconds":0/'
}


# Say the exit code and keep going: code N fiche ...
code() {
	"$@"
	echo "exit $?"
}

skip() {
	echo "$*" >&2
	exit 77
}
