# SPDX-License-Identifier: Apache-2.0
#
# common.sh - sourced by the checks of this folder, with FICHE set: what fiche
# exports, read by programs that nobody wrote for it.
#
# A check runs in an empty folder of its own.  It prints what is wrong and fails,
# or skips itself (77) where its program is absent.

set -u
: "${FICHE:?set FICHE to the program}"
here=$(cd "$(dirname "$0")" && pwd)
box=$(mktemp -d "${TMPDIR:-/tmp}/fiche-foreign.XXXXXX") || exit 1
trap 'rm -rf "$box"' EXIT
mkdir "$box/bin" "$box/work" && ln -s "$FICHE" "$box/bin/fiche" || exit 1
PATH=$box/bin:$PATH
LC_ALL=C.UTF-8
TZ=UTC
SOURCE_DATE_EPOCH=1700000000
export PATH LC_ALL TZ SOURCE_DATE_EPOCH
. "$here/../cli/articles.sh"
cd "$box/work" || exit 1

need() {
	command -v "$1" >/dev/null 2>&1 || skip "no $1"
}

wrong() {
	echo "$*"
	exit 1
}

# all.fiche: ordinary articles, awkward ones, an older version and two files.
all_archive() {
	{ sample; awkward; many 300; } >all.jsonl
	mkdir files
	printf 'A text without a line end' >files/a.txt
	printf '<!DOCTYPE html><title>A page</title><p>Words\r\n' >files/b.html
	fiche pack -q all.fiche all.jsonl files || exit 1
}

# npm_package NAME...: into the folder NPM, once; node finds them there.
npm_package() {
	need node
	need npm
	NPM=${NPM:-$box/npm}
	mkdir -p "$NPM" || exit 1
	for package; do
		[ -d "$NPM/node_modules/$package" ] && continue
		(cd "$NPM" && { [ -f package.json ] || echo '{}' >package.json; } &&
			timeout 120 npm install --no-audit --no-fund \
				--ignore-scripts "$package") >"$box/npm.log" 2>&1 ||
			skip "npm cannot fetch $package"
	done
}
