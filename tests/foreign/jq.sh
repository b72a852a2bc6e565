#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# jq.sh - JSON Lines as jq sees them; every line one object with all its keys.

. "$(dirname "$0")/common.sh"
need jq
all_archive

fiche export all.fiche --to jsonl -q -o all.out.jsonl || exit 1
lines=$(wc -l <all.out.jsonl)
[ "$(jq -c 'select(type == "object" and (keys | length) == 17)' all.out.jsonl |
	wc -l)" -eq "$lines" ] || wrong "not every line is a whole object"
[ "$lines" -eq "$(fiche list -q all.fiche --short | wc -l)" ] || wrong "count"

fiche export all.fiche --to jsonl --raw --id w1 -q -o raw.jsonl || exit 1
awkward | head -n 1 | cmp - raw.jsonl || wrong "a raw record is another"

fiche export all.fiche --to jsonl --fields title,tags --id w1 |
	jq -e '. == {title: "Quotes \"here\", commas, and\nlines",
		tags: ["one, two"]}' >/dev/null || wrong "fields"
for how in gzip xz zstd; do
	need $how
	fiche export all.fiche --to jsonl --compress $how | $how -dc |
		cmp - all.out.jsonl || wrong "$how gives other bytes"
done
