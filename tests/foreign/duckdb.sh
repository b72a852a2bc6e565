#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Parquet, read by DuckDB; also in parts, as a folder for each language.
. "$(dirname "$0")/hostile.sh"
npm_package @duckdb/node-api
fiche export -q articles.fiche --to parquet -o a.parquet
fiche export -q articles.fiche --to parquet --partition language -o parts
in_node duckdb.mjs a.parquet articles.jsonl parts
