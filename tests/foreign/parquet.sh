#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Parquet, read byte by byte as its specification says (parquet.py).
. "$(dirname "$0")/hostile.sh"
need zstd
fiche export -q articles.fiche --to parquet -o a.parquet
python3 "$here/parquet.py" a.parquet articles.jsonl
fiche export -q articles.fiche --to parquet --fields tags,number,title -o few.parquet
fiche export -q articles.fiche --to jsonl --fields tags,number,title,id -o few.jsonl
python3 "$here/parquet.py" few.parquet few.jsonl
