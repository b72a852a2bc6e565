#!/bin/sh
# The shared library exports what the public headers promise, and nothing else.
# usage: exports.sh LIBRARY
set -eu
cd "$(dirname "$0")/../.."

promised=$(mktemp)
exported=$(mktemp)
trap 'rm -f "$promised" "$exported"' EXIT

# FICHE_API declarations may break before the name.
cat src/fiche/error.h src/fiche/article.h src/fiche/reader.h src/fiche/search.h \
	src/fiche/writer.h src/fiche/rebuild.h src/fiche/redact.h src/fiche/repair.h src/fiche/verify.h \
	src/fiche/explain.h src/fiche/lost.h src/fiche/proof.h src/fiche/confine.h src/fiche/fiche.h |
	tr '\n' ' ' | sed "s,__attribute__,,g" | grep -o "FICHE_API [a-z][^;(]*(" |
	sed 's/.*[ *]\(fiche_[a-z_0-9]*\)($/\1/' | LC_ALL=C sort -u >"$promised"
nm -D --defined-only "$1" | sed -n 's/.* [TBDR] //p' |
	LC_ALL=C sort -u >"$exported"
diff -u "$promised" "$exported"
