#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bagit.sh - a bag is complete and valid by RFC 8493, judged by sha256sum, find
# and awk (and by bagit.py, where it is installed).

. "$(dirname "$0")/common.sh"
need sha256sum
all_archive
fiche export all.fiche --to bagit -q -o bag || exit 1
cd bag || exit 1
for list in manifest-sha256.txt tagmanifest-sha256.txt; do
	sha256sum --strict --quiet -c $list || wrong "$list is wrong"
done
find data -type f | sort >../have
cut -c 67- manifest-sha256.txt | sort | diff - ../have ||
	wrong "the manifest does not name what is there"
ls | grep -v -e '^data$' -e '^tagmanifest' | sort >../have
cut -c 67- tagmanifest-sha256.txt | sort | diff - ../have ||
	wrong "the tag manifest does not name what is there"
oxum=$(find data -type f -exec cat {} + | wc -c | tr -d ' ').$(find data -type f | wc -l | tr -d ' ')
grep -qx "Payload-Oxum: $oxum" bag-info.txt || wrong "oxum is not $oxum"
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' |
	cmp - bagit.txt || wrong "bagit.txt"

# The records are there to the byte.
fiche extract ../all.fiche --raw | grep '^{' | sort >../want
sort data/records.jsonl | cmp - ../want || wrong "other records"
cat data/files/*/*.txt | cmp - ../files/a.txt || wrong "another text"
cat data/files/*/*.html | cmp - ../files/b.html || wrong "another page"
if command -v bagit.py >/dev/null; then
	bagit.py --validate . || wrong "bagit.py does not like it"
fi
exit 0
