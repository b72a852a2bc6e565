[ "$(id -u)" -ne 0 ] || skip "root reads everything"
sample >secret.jsonl
chmod 000 secret.jsonl
code fiche pack -q news.fiche secret.jsonl
