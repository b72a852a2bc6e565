#!/bin/sh
# The independent reader stays short enough to be read in one sitting.
set -eu
lines=$(wc -l <"$(dirname "$0")/../../format-spec/reader.py")
echo "format-spec/reader.py has $lines lines"
[ "$lines" -le 300 ]
