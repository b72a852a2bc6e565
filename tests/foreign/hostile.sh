# SPDX-License-Identifier: Apache-2.0
#
# hostile.sh - sourced by checks of what is no text: articles.fiche with all that
# hostile.py makes, and the same articles as lines of canonical JSON.

. "$(dirname "$0")/common.sh"
set -e
need python3
python3 "$here/hostile.py" >in.jsonl
printf '<!doctype html><title>A page</title><p>Hello' >page.html
fiche pack -q --index basic articles.fiche in.jsonl page.html
fiche export -q articles.fiche --to jsonl -o articles.jsonl

# in_node SCRIPT ARGUMENT...: where the packages of npm are.
in_node() {
	cp "$here/$1" "$NPM/check-$$.mjs"
	shift
	code=0
	node "$NPM/check-$$.mjs" "$@" || code=$?
	rm -f "$NPM/check-$$.mjs"
	return $code
}
