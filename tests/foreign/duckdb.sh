#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Parquet, read by DuckDB; also in parts, as a folder for each language.
. "$(dirname "$0")/prepare.sh"
npm_packages @duckdb/node-api@1.5.6-r.1
"$FICHE" export -q articles.fiche --to parquet -o a.parquet
"$FICHE" export -q articles.fiche --to parquet --partition language -o parts
cp "$here/duckdb.mjs" "$modules/read-duckdb.mjs"
node "$modules/read-duckdb.mjs" a.parquet articles.jsonl parts
