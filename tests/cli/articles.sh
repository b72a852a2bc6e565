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

# Articles to search in: forms of words, phrases, accents, scripts without spaces,
# an older version of one, and words that stand in titles or tags only.
news() {
	cat <<'END'
{"id":"s1","url":"https://example.org/1","title":"City to rebuild flood defences","published":"2024-03-05","source":"example.org","language":"en","authors":["Ada Writer"],"tags":["climate change","flood"],"text":"After the council vote the mayor said that the flood defences would be rebuilt within two years. The old wall had failed in three places."}
{"id":"s2","url":"https://example.org/2","title":"Mayor defends the budget","published":"2024-03-06T09:30:00Z","source":"example.org","language":"en","authors":["Ben Reporter"],"tags":["budget"],"text":"The mayor defended the city budget. Defences against flood water cost more than planned, she said, but nobody would be asked to pay twice."}
{"id":"s3","url":"https://courier.test/3","title":"Storm closes two bridges","published":"2024-03-12","source":"courier.test","language":"en","authors":["Ada Writer"],"tags":["weather"],"text":"Two bridges were closed when the storm reached the valley. Floods are possible until Friday, the weather service warned."}
{"id":"s4","url":"https://courier.test/4","title":"Football: a draft is signed","published":"2024-05-20","source":"courier.test","language":"en","tags":["sport"],"text":"The club signed the draft of a contract. A strike of referees is over; the strike had lasted a week."}
{"id":"s5","url":"https://courier.test/5","title":"Dock workers on strike","published":"2023-11","source":"courier.test","language":"en","tags":["work"],"text":"Dock workers went on strike for better pay. The mayors of three towns asked both sides to talk."}
{"id":"s6","url":"https://kurier.test/6","title":"Hochwasser: Bürgermeister warnt","published":"2024-03-07","source":"kurier.test","language":"de","tags":["Hochwasser"],"text":"Der Bürgermeister warnte vor neuem Hochwasser. Die Häuser am Fluss sind geräumt, ein Haus steht unter Wasser."}
{"id":"s7","url":"https://jornal.test/7","title":"Eleições: as prisões da semana","published":"2022-10-02","source":"jornal.test","language":"pt","tags":["eleição"],"text":"Duas prisões foram feitas no dia da eleição. A declaração do presidente veio à noite, e outras declarações seguiram."}
{"id":"s8","url":"https://gazeta.test/8","title":"Выборы прошли спокойно","published":"2024-03-17","source":"gazeta.test","language":"ru","tags":["выборы"],"text":"На выборах проголосовали все жители деревни. О выборе места для новой школы говорили долго."}
{"id":"s9","url":"https://xinwen.test/9","title":"新闻联播","published":"2013-03-27","source":"xinwen.test","language":"zh","text":"今天北京下雨。市长说洪水不会来，大家不要担心。"}
{"id":"s10","url":"https://example.org/live","title":"Live: the river","published":"2024-03-08T08:00:00Z","source":"example.org","language":"en","text":"The river rises."}
{"id":"s11","url":"https://example.org/live","title":"Live: the river falls","published":"2024-03-08T08:00:00Z","modified":"2024-03-09T08:00:00Z","source":"example.org","language":"en","text":"The river rises no more. The mayor thanked the helpers."}
{"id":"s12","title":"Undated note on a mayor","text":"Nobody knows when this was written."}
END
}

# news.fiche in the current folder, without a word.
news_archive() {
	news | fiche pack -q "$@" news.fiche -
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

# Records that would like to get out of any format they are put into.
awkward() {
	cat <<'END'
{"id":"w1","url":"https://example.org/a?b=1&c=\"x\"","title":"Quotes \"here\", commas, and\nlines","published":"2024-03","source":"example.org","language":"en","authors":["Writer, Ada","Ben & Carl and Co"],"tags":["one, two"],"text":"First \"line\",\r\nsecond\tline\\ end"}
{"id":"w2","url":"https://example.org/<script>","title":"</title><script>alert(1)</script>","published":"2024-03-05T10:00:00Z","fetched":"2024-03-06T11:12:13Z","source":"../../etc/passwd","language":"\"><b>","authors":["<b>Bold</b>"],"tags":["a|b","c;d"],"section":"</script>","summary":"<!-- & -->","text":"</script><img src=x onerror=alert(1)>\n\u0000NUL and \u001b[31mred"}
{"id":"w3","url":"javascript:alert(1)","title":"=cmd|' /C calc'!A0","published":"1999","source":"-","text":"@SUM(1+1)"}
{"id":"w4","title":"{Braces} \\and 100% of $5 & #1_x ~^","source":"__none__","authors":["{A} B"],"published":"2024-03-05T10:30+02:00","text":"x"}
{"id":"w5","title":"زلزال في المدينة 🌍","url":"https://example.org/é\r\nX-Header: 1","language":"ar","source":"مثال","text":"نص قصير"}
END
}

# What differs from run to run or machine to machine: times and sizes.
steady() {
	sed -e 's/ in [0-9][0-9.:]*\( s\)\{0,1\}/ in TIME/' \
	    -e 's/(+\{0,1\}[0-9][^()]*[KMG]iB[^()]*)/(SIZE)/' \
	    -e 's/checked [0-9.]* [A-Za-z]* /checked SIZE /' \
	    -e 's/"seconds":[0-9.]*/"seconds":0/' \
	    -e 's/fiche [0-9][0-9]*\.[0-9.]*/fiche VERSION/' \
	    -e 's/ · [0-9.]* m\{0,1\}s$/ · TIME/'
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
