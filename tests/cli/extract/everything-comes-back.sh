sample >a.jsonl
many 700 >>a.jsonl
fiche pack -q a.fiche a.jsonl
fiche extract a.fiche --raw --all-versions | sort >got
sort a.jsonl | cmp - got && echo "the same records"
fiche extract a.fiche --as raw -0 --all-versions | tr -d '\n' | tr '\0' '\n' | sort | cmp - got && echo "with NUL too"
