#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# mutants.sh - make an archive and let differential.py damage it in many ways.
# Usage: mutants.sh small|dictionary COUNT      with FICHE in the environment
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Invented words of a few letters: enough text that a dictionary pays.
text() {
	awk 'BEGIN {
		srand(7)
		for (i = 0; i < 400; i++)
			word[i] = sprintf("%c%c%c%d", 97 + i % 26,
				97 + int(i / 7) % 26, 97 + int(i / 3) % 26, i)
		for (n = 0; n < 900; n++) {
			printf "{\"id\":\"%d\",\"lang\":\"en\",\"source\":\"s%d.example\",\"date\":\"2024-%02d\",\"text\":\"",
				n, n % 5, n % 12 + 1
			for (k = 0; k < 150; k++)
				printf "%s ", word[int(rand() * rand() * 400)]
			print "\"}"
		}
	}'
}

export SOURCE_DATE_EPOCH=1000000000
case $1 in
small)
	"$top/tools/sample" | head -n 20 >"$work/first"
	"$top/tools/sample" | tail -n +15 | head -n 20 >"$work/second"
	;;
dictionary)
	text >"$work/first"
	"$top/tools/sample" | head -n 10 >"$work/second"
	;;
esac
"$FICHE" pack -q "$work/a.fiche" "$work/first"
if [ "$1" = small ]; then
	# One of them is redacted, one withdrawn.
	"$FICHE" list "$work/a.fiche" --short --all-versions >"$work/ids"
	"$FICHE" redact -q "$work/a.fiche" "$(sed -n 4p "$work/ids")" -o "$work/b.fiche" \
		--keep-copies --reason "asked for"
	mv "$work/b.fiche" "$work/a.fiche"
	"$FICHE" withdraw -q "$work/a.fiche" "$(sed -n 7p "$work/ids")" --reason "wrong"
fi
"$FICHE" pack -q --append "$work/a.fiche" "$work/second"
python3 "$here/differential.py" "$work/a.fiche" "$2"
