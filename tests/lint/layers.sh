#!/bin/sh
# Includes go downwards only: src/README.md draws the layers.
set -eu
cd "$(dirname "$0")/../.."

allowed() {
	case $1 in
	base) echo 'base fiche' ;;
	io) echo 'io base fiche' ;;
	format) echo 'format base fiche' ;;
	article) echo 'article base fiche' ;;
	index) echo 'index format article base fiche' ;;
	archive) echo 'archive index article format io base fiche' ;;
	parity) echo 'parity archive format io base fiche' ;;
	page) echo 'page article base fiche' ;;
	ingest) echo 'ingest page article base fiche' ;;
	export) echo 'export article base fiche' ;;
	fiche) echo 'fiche' ;;
	*) echo "src/$1 is not a layer that this test knows" >&2; exit 1 ;;
	esac
}

bad=0
for dir in src/*/; do
	layer=$(basename "$dir")
	ok=" $(allowed "$layer") "
	for file in "$dir"*.[ch]; do
		for used in $(sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$file"); do
			case $ok in
			*" $used "*) ;;
			*) echo "$file includes $used/"; bad=1 ;;
			esac
		done
	done
done
for file in tools/*.[ch]; do
	if sed -n 's|^#include "\([a-z]*\)/.*|\1|p' "$file" | grep -qv '^fiche$'; then
		echo "$file includes more than the public headers"
		bad=1
	fi
done
exit $bad
