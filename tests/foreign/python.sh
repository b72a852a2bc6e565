#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tar, zip and the database, read by what Python has.
. "$(dirname "$0")/hostile.sh"
fiche export -q articles.fiche --to tar -o a.tar
fiche export -q articles.fiche --to zip -o a.zip
fiche export -q articles.fiche --to sqlite -o a.sqlite
python3 "$here/readers.py" a.tar a.zip a.sqlite articles.jsonl
