#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# hardening.sh - the programs are built so that a fault in them is hard to use.
#
# Usage: hardening.sh PROGRAM...
#
# Position-independent; relocations read-only before main() and resolved at
# once; no stack or segment that can be written and run; stack protector; marks where a
# jump may lead; checked copies of libc; and no parsers that are not needed.  What a sanitizer's build lacks on purpose is not asked of it.
set -eu

command -v readelf >/dev/null || exit 77
bad=0
for program; do
	name=$(basename "$program")
	symbols=$(readelf -sW "$program")
	segments=$(readelf -lW "$program")
	dynamic=$(readelf -dW "$program")
	case $symbols in
	*__asan_init*) echo "$name is built with a sanitizer"; exit 77 ;;
	esac
	ask() {
		if printf '%s\n' "$2" | grep -Eq "$3"; then
			echo "$name: $1"
		else
			echo "$name: NOT $1"
			bad=1
		fi
	}
	ask 'position-independent' "$(readelf -hW "$program")" 'Type: *DYN'
	ask 'relocations become read-only' "$segments" GNU_RELRO
	ask 'all symbols are bound at start' "$dynamic" 'BIND_NOW|NOW'
	ask 'the stack cannot be run' "$segments" 'GNU_STACK.* RW '
	ask 'the stack is guarded' "$symbols" __stack_chk_fail
	ask 'copies are checked' "$symbols" '__(memcpy|vsnprintf|snprintf|read|printf|vfprintf|fprintf|strncpy)_chk'
	if printf '%s\n' "$segments" | grep -q 'LOAD.* RWE '; then
		echo "$name: NOT without a segment to write and run"
		bad=1
	fi
	# Not asked of the program as a whole: some libraries in it are built without.
	if [ "$(uname -m)" = x86_64 ] && command -v objdump >/dev/null; then
		ask 'places to jump to are marked' \
			"$(objdump -d --no-show-raw-insn "$program" | sed -n '/<cmd_verify>:/,/^$/p')" endbr64
	fi
	# What reads archives of strangers has no parsers of other formats in it.
	if [ "$name" = fiche ] && printf '%s\n' "$dynamic$symbols" |
		grep -E 'NEEDED.*(archive|expat|sqlite|brotli|lzma|bz2|uchardet)|archive_read_new|XML_Parse|sqlite3_open|BrotliDecoder|lzma_code'; then
		echo "$name: NOT without foreign parsers"
		bad=1
	fi
done
exit $bad
