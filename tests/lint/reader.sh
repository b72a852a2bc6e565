#!/bin/sh
# The independent reader, search, proofs and parity stay short enough to be read in one sitting.
set -eu
cd "$(dirname "$0")/../../format-spec"
for limit in reader.py:300 records.py:100 shifts.py:100 search.py:150 words.py:150 proof.py:150 parity.py:150 mend.py:150; do
	lines=$(wc -l <"${limit%:*}")
	echo "format-spec/${limit%:*} has $lines lines"
	[ "$lines" -le "${limit#*:}" ]
done
