# SPDX-License-Identifier: Apache-2.0
#
# unpacked.sh - sourced by checks that have unpacked articles into out/: the
# records are the same, byte for byte, and nothing else is there.

test -z "$(find out -name '.*' -o -type l)"
find out -type f ! -name '*.meta.json' -exec sha256sum {} + | cut -c 1-64 | sort >got
sed 's/.*"id":"\([0-9a-f]*\)".*/\1/' articles.jsonl | sort >want
cmp got want || wrong "unpacked records are others than those packed"
find out -name '*.meta.json' | sed 's/\.meta\.json$//' | while read -r file; do
	[ -f "$file" ] || exit 1
done
test "$(find out -name '*.html.meta.json' | wc -l)" -eq 1
echo "$(wc -l <got) records"
