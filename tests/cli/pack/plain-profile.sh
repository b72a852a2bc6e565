command -v zstd >/dev/null || skip "no zstd"
many 300 >a.jsonl
fiche pack -q plain.fiche a.jsonl --profile plain --level 3
zstd -dcq plain.fiche | grep -c '^Sentence'
fiche extract plain.fiche --raw | sort >got; sort a.jsonl | cmp - got && echo same
