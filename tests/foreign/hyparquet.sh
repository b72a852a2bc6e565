#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Parquet, read by hyparquet.
. "$(dirname "$0")/prepare.sh"
npm_packages hyparquet@1.33.0 hyparquet-compressors@1.1.2
"$FICHE" export -q articles.fiche --to parquet -o a.parquet
cp "$here/hyparquet.mjs" "$modules/read-hyparquet.mjs"
node "$modules/read-hyparquet.mjs" a.parquet articles.jsonl
