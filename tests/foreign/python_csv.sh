#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# python_csv.sh - csv and tsv, cell by cell what the JSON has.

. "$(dirname "$0")/common.sh"
need python3
all_archive
fiche export all.fiche --to jsonl -q -o all.out.jsonl &&
	fiche export all.fiche --to csv -q -o all.csv &&
	fiche export all.fiche --to tsv -q -o all.tsv &&
	fiche export all.fiche --to csv --excel -q -o excel.csv || exit 1
python3 "$here/tables.py" all.out.jsonl all.csv all.tsv excel.csv
