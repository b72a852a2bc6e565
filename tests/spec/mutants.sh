#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# mutants.sh - make an archive and let differential.py damage it in many ways.
# Usage: mutants.sh small|void|dictionary COUNT [SEED [FIRST]]  with FICHE and
# JUDGE in the environment
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
		for (n = 0; n < 60; n++) {
			printf "{\"id\":\"%d\",\"lang\":\"en\",\"source\":\"s%d.example\",\"date\":\"2024-%02d\",\"text\":\"",
				n, n % 5, n % 12 + 1
			for (k = 0; k < 1500; k++)
				printf "%s ", word[int(rand() * rand() * 400)]
			print "\"}"
		}
	}'
}

export SOURCE_DATE_EPOCH=1000000000
case $1 in
dictionary)
	text >"$work/first"
	"$top/tools/sample" | head -n 10 >"$work/second"
	;;
*)
	"$top/tools/sample" | head -n 20 >"$work/first"
	"$top/tools/sample" | tail -n +15 | head -n 20 >"$work/second"
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
elif [ "$1" = void ]; then # what is left of an append that did not end
	cp "$work/a.fiche" "$work/b.fiche"
	"$FICHE" pack -q --append "$work/b.fiche" "$work/second"
	tail -c +"$(($(wc -c <"$work/a.fiche") + 1))" "$work/b.fiche" |
		head -c 3000 >>"$work/a.fiche"
fi
"$FICHE" pack -q --append "$work/a.fiche" "$work/second"
shift
python3 "$here/differential.py" "$work/a.fiche" "$@"
