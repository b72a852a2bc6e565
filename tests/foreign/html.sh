#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# html.sh - the folder of pages as python's parser sees it: tags balance, links
# lead somewhere, nothing runs, nothing is fetched.

. "$(dirname "$0")/common.sh"
need python3
all_archive
fiche export all.fiche --to html -q -o site || exit 1
python3 "$here/pages.py" site "$(fiche list -q all.fiche --short | wc -l)"
