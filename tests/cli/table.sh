#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# table.sh - what --help shows, what is accepted, what the manual says and what
# three shells complete must be the same commands and options.
#
# Usage: FICHE=/path/to/fiche tests/cli/table.sh.  Prints TAP.

set -u
: "${FICHE:?set FICHE to the program}"
box=$(mktemp -d "${TMPDIR:-/tmp}/fiche-table.XXXXXX") || exit 1
trap 'rm -rf "$box"' EXIT
LC_ALL=C
export LC_ALL
unset POSIXLY_CORRECT

number=0
failed=0
# check NAME FILE: good if FILE is empty, which lists what is wrong.
check() {
	number=$((number + 1))
	if [ -s "$2" ]; then
		failed=$((failed + 1))
		echo "not ok $number - $1"
		sed 's/^/# /' "$2"
	else
		echo "ok $number - $1"
	fi
}

# The option lines of a help text: "name letter value", '-' for none.
options() {
	sed -n 's/^  \(-.\), --\([a-z-]*\) \{0,1\}\([^ ]*\).*/\2 \1 \3/p
		s/^      --\([a-z-]*\) \{0,1\}\([^ ]*\).*/\1 - \2/p' |
		awk '{ print $1, $2, $3 == "" ? "-" : $3 }'
}

for shell in bash zsh fish; do
	"$FICHE" completion $shell >"$box/$shell" || exit 1
done
"$FICHE" --help >"$box/overview" || exit 1
commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$box/overview")
echo "# commands:" $commands
[ "$commands" ] || { echo "Bail out! --help lists no commands"; exit 1; }

# The part of a completion script that is about one command.
section() {
	case $1 in
	bash) grep -e "^	$2) words" -e "^	$2:--" "$box/bash" ;;
	zsh) sed -n "/^		$2)\$/,/;;\$/p" "$box/zsh" ;;
	fish) grep "__fish_seen_subcommand_from $2'" "$box/fish" ;;
	esac
}

# Would a shell offer --NAME?
offered() {
	case $1 in
	bash) grep -q -e "[' ]--$2 " "$3" ;;
	zsh) grep -q -e "\*--$2\[" "$3" ;;
	fish) grep -q -e " -l $2 " "$3" ;;
	esac
}

# Is the option accepted?  Then the complaint is about the one behind it.
accepted() {
	"$FICHE" $1 "$2" ${3:+"$3"} --no-such-thing 2>&1 | head -n 1 |
		grep -q -e "unknown option '--no-such-thing'"
}

for command in $commands; do
	"$FICHE" $command --help >"$box/help" || exit 1
	"$FICHE" help --man $command >"$box/man" || exit 1
	options <"$box/help" >"$box/options"
	: >"$box/wrong"
	[ -s "$box/options" ] || echo "no options" >"$box/wrong"
	while read -r name letter value; do
		[ "$name" = help ] && continue
		case $value in
		-) word= ;;
		[a-z]*\|*) word=${value%%|*} ;;
		*) word=7 ;;
		esac
		accepted $command "--$name" $word || echo "--$name" 
		[ "$letter" = - ] || accepted $command "$letter" $word ||
			echo "$letter"
	done <"$box/options" >>"$box/wrong"
	check "$command accepts all that its --help shows" "$box/wrong"

	sed -n 's/^\\fB.*\\-\\-\([^ ]*\)\\fR.*/\1/p' "$box/man" |
		sed 's/\\-/-/g' | sort >"$box/in-man"
	cut -d ' ' -f 1 "$box/options" | sort >"$box/in-help"
	diff "$box/in-help" "$box/in-man" >"$box/wrong"
	check "$command has the same options in --help and manual" "$box/wrong"

	"$FICHE" help $command | options >"$box/long"
	diff "$box/options" "$box/long" >"$box/wrong"
	check "$command has the same options in --help and help" "$box/wrong"

	: >"$box/wrong"
	for shell in bash zsh fish; do
		section $shell $command >"$box/section"
		while read -r name letter value; do
			offered $shell "$name" "$box/section" ||
				echo "$shell lacks --$name"
		done <"$box/options" >>"$box/wrong"
	done
	section bash $command | sed -n 's/.*words=.\(.*\). ;;/\1/p' |
		tr ' ' '\n' | sed -n 's/^--//p' | sort >"$box/in-bash"
	section zsh $command | sed -n "s/.*'\*--\([a-z-]*\)\[.*/\1/p" |
		sort >"$box/in-zsh"
	section fish $command | sed -n 's/.* -l \([a-z-]*\) .*/\1/p' |
		sort >"$box/in-fish"
	for shell in bash zsh fish; do
		diff "$box/in-help" "$box/in-$shell" >>"$box/wrong"
	done
	check "$command has the same options in the completions" "$box/wrong"

	: >"$box/wrong"
	grep -q "^\\\\fBfiche\\\\-$command\\\\fR(1)" <<-END || echo "manual of fiche" >>"$box/wrong"
	$("$FICHE" help --man)
	END
	grep -q "^		'$command:" "$box/zsh" || echo zsh >>"$box/wrong"
	grep -q -e "-a $command -d" "$box/fish" || echo fish >>"$box/wrong"
	grep -q "words='.*\<$command " "$box/bash" || echo bash >>"$box/wrong"
	check "$command is known everywhere" "$box/wrong"
done

: >"$box/wrong"
if command -v bash >/dev/null; then
	bash -n "$box/bash" 2>>"$box/wrong"
	bash -c '. "$1"
		COMP_WORDS=(fiche list x.fiche --format "") COMP_CWORD=4
		_fiche; echo "${COMPREPLY[*]}"
		COMP_WORDS=(fiche ver) COMP_CWORD=1
		_fiche; echo "${COMPREPLY[*]}"
		COMP_WORDS=(fiche pack --chec) COMP_CWORD=2
		_fiche; echo "${COMPREPLY[*]}"' bash "$box/bash" >"$box/got" 2>&1
	printf 'table tsv csv jsonl\nverify\n--checkpoint\n' |
		diff - "$box/got" >>"$box/wrong"
fi
check "bash completes" "$box/wrong"

: >"$box/wrong"
if command -v zsh >/dev/null; then
	zsh -n "$box/zsh" 2>>"$box/wrong"
fi
if command -v fish >/dev/null; then
	fish -n "$box/fish" 2>>"$box/wrong"
fi
check "zsh and fish read their scripts" "$box/wrong"

: >"$box/wrong"
if command -v groff >/dev/null; then
	for page in "" $commands; do
		"$FICHE" help --man $page | groff -man -Tascii -ww \
			2>>"$box/wrong" >/dev/null
	done
fi
check "the manual is sound roff" "$box/wrong"

: >"$box/wrong"
"$FICHE" help | sed -n '/^Exit codes/,/^Any/s/^ *\([0-9][0-9]*\)  .*/\1/p' \
	>"$box/codes"
"$FICHE" help --man | sed -n '/EXIT STATUS/,$s/^\([0-9][0-9]*\)$/\1/p' |
	diff "$box/codes" - >"$box/wrong"
check "help and manual have the same exit codes" "$box/wrong"

echo "1..$number"
[ $failed -eq 0 ]
