# BOM, CR LF, NaN, \u0000, a lone surrogate, huge numbers, bad UTF-8, NUL, no
# final newline: whatever is taken in must come out byte for byte.
{
	printf '\357\273\277{"title":"BOM","text":"t1"}\n'
	printf '{"title":"CRLF","text":"t2"}\r\n'
	printf '{"title":"NaN","score":NaN,"text":"t3"}\n'
	printf '{"title":"nul \\u0000","text":"t4 \\u0000 x"}\n'
	printf '{"title":"lone \\ud800","text":"t5"}\n'
	printf '{"title":"huge","n":123456789012345678901234567890,"f":1e400,"text":"t6"}\n'
	printf '{"title":"bad \377 byte","text":"t7"}\n'
	printf '\n'
	printf '   \n'
	printf '{"title":"last","text":""}'
} >odd.jsonl
fiche pack news.fiche odd.jsonl >out
echo "exit $?"
steady <out
fiche extract news.fiche --raw >got.jsonl
sed -e '1s/^\xef\xbb\xbf//' -e 's/\r$//' -e '/^ *$/d' odd.jsonl | sort >want
{ cat got.jsonl; cat news.rejects.jsonl 2>/dev/null; } | sort |
	sed -e 's/^\xef\xbb\xbf//' -e 's/\r$//' >have
# The last line had no line end; sed adds none, sort does.
cmp want have && echo "all of them"
