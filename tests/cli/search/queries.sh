# What each form of a query finds: the scrapers' ids, the best first.
news_archive
find() {
	echo "-- $*"
	fiche search -q news.fiche --format tsv --fields source_id "$@" | sed 1d |
		tr '\n' ' '
	echo
}
find mayor
find 'flood mayor'
find 'FLOOD Mayor'
find '"flood defences"'
find '"defences flood"'
find 'bridges OR workers'
find 'bridges | workers'
find 'strike -referees'
find 'strike NOT referees'
find '(bridges OR workers) strike'
find 'climat*'
find 'mayor near/5 council'
find 'council near/1 mayor'
find 'title:mayor'
find 'title:"flood defences"'
find 'weather'
find --exact 'flood'
find --exact 'floods'
find 'source:courier.test strike'
find 'source:*.test mayor'
find 'tag:"climate change"'
find 'author:ada'
find 'author:ada storm'
find 'lang:de OR lang:pt'
find 'date:2024-03-05..2024-03-07'
find 'date:2023 strike'
find 'url:https://example.org/1'
find 'river'
find 'river' --all-versions
find 'river' --first
