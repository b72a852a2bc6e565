#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# warcio.sh - WARC, plain and compressed, as warcio.js reads it: every record and
# every digest.

. "$(dirname "$0")/common.sh"
npm_package warcio
all_archive
for path in all.warc all.warc.gz; do
	fiche export all.fiche --to warc -q -o $path || exit 1
	cp "$here/warcio.mjs" "$NPM/check-$$.mjs" || exit 1
	node "$NPM/check-$$.mjs" $path >$path.ids
	code=$?
	rm -f "$NPM/check-$$.mjs"
	[ $code -eq 0 ] || { cat $path.ids; wrong "$path is not well"; }
done
cmp all.warc.ids all.warc.gz.ids || wrong "the two have other records"
id=$(fiche list all.fiche --id w1 --format csv --fields id | tail -n 1 | cut -c 1-8)
grep -q "^resource <urn:uuid:$id" all.warc.ids || wrong "an id is another"

# Compressed, each record is a member of its own: its offset is known.
"$NPM/node_modules/.bin/warcio" index all.warc.gz >index || wrong "index"
[ "$(wc -l <index)" -eq "$(wc -l <all.warc.ids)" ] || wrong "index is short"
