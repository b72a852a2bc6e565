#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The database, looked at by the program sqlite3.
. "$(dirname "$0")/hostile.sh"
need sqlite3
fiche export -q articles.fiche --to sqlite -o a.sqlite
ask() {
	sqlite3 a.sqlite "$1"
}
expect() {
	got=$(ask "$1")
	[ "$got" = "$2" ] || wrong "$1: '$got', not '$2'"
}
expect 'PRAGMA integrity_check' ok
expect 'PRAGMA foreign_key_check' ''
ask "INSERT INTO articles_fts(articles_fts, rank) VALUES('integrity-check', 1)"
expect 'SELECT count(*) FROM articles' "$(wc -l <articles.jsonl | tr -d ' ')"
expect "SELECT source_id FROM articles_fts JOIN articles ON number = articles_fts.rowid WHERE articles_fts MATCH 'river AND bridges'" a1
expect "SELECT authors FROM articles_with_lists WHERE source_id = 'a1'" "Ada Writer; Ben O'Reporter"
expect "SELECT count(*) FROM article_tags JOIN articles USING(number) WHERE source_id = 'many'" 4096
expect "SELECT count(*) FROM articles WHERE published >= '2023-06' AND published < '2023-07'" \
	"$(grep -c '"published":"2023-06' articles.jsonl)"
ask 'EXPLAIN QUERY PLAN SELECT * FROM articles WHERE source = 1' | grep -q articles_source
echo ok
