#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh - run the program as a person would and compare what comes out.
#
# Usage: FICHE=/path/to/fiche tests/cli/run.sh [CASE...]
#
# A case is a shell script COMMAND/NAME.sh; its expected standard output,
# standard error and exit code stand beside it in NAME.stdout, NAME.stderr and
# NAME.exit (a missing file means: nothing, nothing, 0).  It runs in an empty
# folder of its own, with `fiche` in PATH and the functions of articles.sh.
# Exit code 77 skips it.  Prints TAP.  UPDATE=1 writes the expected files anew.

set -u

here=$(cd "$(dirname "$0")" && pwd)
: "${FICHE:?set FICHE to the program}"
case $FICHE in
/*) ;;
*) FICHE=$(pwd)/$FICHE ;;
esac
[ -x "$FICHE" ] || { echo "Bail out! $FICHE is not a program"; exit 1; }

box=$(mktemp -d "${TMPDIR:-/tmp}/fiche-cli.XXXXXX") || exit 1
trap 'chmod -R u+rwx "$box" 2>/dev/null; rm -rf "$box"' EXIT
mkdir "$box/bin" && ln -s "$FICHE" "$box/bin/fiche" || exit 1

PATH=$box/bin:$PATH
CLI=$here
LC_ALL=C
TZ=UTC
TERM=dumb
SOURCE_DATE_EPOCH=1700000000
export PATH CLI FICHE LC_ALL TZ TERM SOURCE_DATE_EPOCH
unset COLUMNS NO_COLOR POSIXLY_CORRECT ENV 2>/dev/null

if [ $# -eq 0 ]; then
	set -- "$here"/*/*.sh
fi
echo "1..$#"

number=0
failed=0
for case in "$@"; do
	case $case in
	/*) ;;
	*) case=$(pwd)/$case ;;
	esac
	number=$((number + 1))
	expected=${case%.sh}
	name=$(basename "$(dirname "$case")")/$(basename "$expected")
	dir=$box/work
	mkdir "$dir" || exit 1
	(
		cd "$dir" || exit 99
		exec sh -c '. "$CLI/articles.sh"; . "$1"' "$name" "$case"
	) >"$box/stdout" 2>"$box/stderr" </dev/null
	code=$?
	chmod -R u+rwx "$dir" 2>/dev/null
	rm -rf "$dir"
	if [ $code -eq 77 ]; then
		echo "ok $number - $name # SKIP $(cat "$box/stderr")"
		continue
	fi
	echo $code >"$box/exit"
	if [ "${UPDATE:-}" ]; then
		for part in stdout stderr; do
			rm -f "$expected.$part"
			[ -s "$box/$part" ] && cp "$box/$part" "$expected.$part"
		done
		rm -f "$expected.exit"
		[ $code -ne 0 ] && cp "$box/exit" "$expected.exit"
	fi
	: >"$box/report"
	for part in stdout stderr exit; do
		want=$expected.$part
		if [ ! -e "$want" ]; then
			want=$box/want
			: >"$want"
			[ $part = exit ] && echo 0 >"$want"
		fi
		cmp -s "$want" "$box/$part" && continue
		diff -a -u --label "$part wanted" --label "$part got" \
			"$want" "$box/$part" >>"$box/report"
	done
	if [ -s "$box/report" ]; then
		failed=$((failed + 1))
		echo "not ok $number - $name"
		sed 's/^/# /' "$box/report"
	else
		echo "ok $number - $name"
	fi
done
[ $failed -eq 0 ]
