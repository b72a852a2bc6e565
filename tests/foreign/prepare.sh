# SPDX-License-Identifier: Apache-2.0
#
# prepare.sh - read by the scripts beside it: a folder to work in, with
# articles.fiche in it and the same articles in articles.jsonl; and packages of
# npm, where it is there.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
FICHE=${FICHE:-fiche}

need() {
	for program; do
		command -v "$program" >/dev/null || {
			echo "skipped: $program is not installed"
			exit 77
		}
	done
}

# Packages of npm, kept in the build folder; skipped where they cannot be had.
npm_packages() {
	need node npm
	modules=${BUILD:-${TMPDIR:-/tmp}}/npm
	mkdir -p "$modules"
	[ -e "$modules/package.json" ] || echo '{}' >"$modules/package.json"
	for package; do
		[ -d "$modules/node_modules/${package%@*}" ] ||
			(cd "$modules" && timeout 120 npm install --no-audit --no-fund \
				--ignore-scripts "$package") >"$modules/npm.log" 2>&1 || {
			echo "skipped: npm could not install $package"
			exit 77
		}
	done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 "$here/articles.py" >in.jsonl
printf '<!doctype html><title>A page</title><p>Hello' >page.html
"$FICHE" pack -q --index basic articles.fiche in.jsonl page.html
"$FICHE" export -q articles.fiche --to jsonl -o articles.jsonl
