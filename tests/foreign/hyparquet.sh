#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Parquet, read by hyparquet.
. "$(dirname "$0")/hostile.sh"
npm_package hyparquet hyparquet-compressors
fiche export -q articles.fiche --to parquet -o a.parquet
in_node hyparquet.mjs a.parquet articles.jsonl
