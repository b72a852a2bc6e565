#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh - build the example as a stranger would: against an installed copy,
# found through pkg-config.
#
# Usage: BUILD=/path/to/build tests/example/run.sh
#
# Installs into a temporary folder.  Exit code 77 if the build cannot be linked
# with from outside (sanitizers).

set -eu

here=$(cd "$(dirname "$0")" && pwd)
: "${BUILD:?set BUILD to the build folder}"

box=$(mktemp -d "${TMPDIR:-/tmp}/fiche-example.XXXXXX")
trap 'rm -rf "$box"' EXIT

fail() {
	echo "example: $*" >&2
	exit 1
}

DESTDIR=$box/root meson install -C "$BUILD" --no-rebuild --quiet >"$box/log" ||
	{ cat "$box/log" >&2; fail "installing failed"; }

pc=$(find "$box/root" -name fiche.pc)
library=$(find "$box/root" -name libfiche.so)
fiche=$(find "$box/root" -path '*/bin/fiche')
[ -f "$pc" ] || fail "no fiche.pc was installed"
"$fiche" --version >/dev/null || fail "no working program was installed"
if grep -q -e __asan_init -e __ubsan_handle -e __tsan_init "$library"; then
	echo "built with sanitizers" >&2
	exit 77
fi

# The prefix is part of fiche.pc; what stands before it is not.
PKG_CONFIG_PATH=$(dirname "$pc")
PKG_CONFIG_SYSROOT_DIR=$box/root
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR
flags=$(pkg-config --cflags --libs fiche) || fail "pkg-config does not find fiche"
# shellcheck disable=SC2086 # a list of words
${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror \
	"$here/list_titles.c" -o "$box/list_titles" $flags

"$here/../../tools/sample" >"$box/sample.jsonl"
# The installed one looks for its other half under the prefix.
"$BUILD/tools/fiche" pack --quiet "$box/sample.fiche" "$box/sample.jsonl"
LD_LIBRARY_PATH=$(dirname "$library") "$box/list_titles" "$box/sample.fiche" de \
	>"$box/titles"
head -n 3 "$box/titles"
lines=$(wc -l <"$box/titles")
[ "$lines" -eq 10 ] || fail "$lines titles instead of 10"
grep -q '^2022-12-18T16:55:00Z  Hochwasser: In Seehausen am Moor' "$box/titles" ||
	fail "a title is missing"
