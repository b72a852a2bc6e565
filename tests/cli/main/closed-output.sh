sample_archive
fiche list sample.fiche >&-
echo "exit $?"
fiche pack other.fiche sample.jsonl >&-
echo "exit $?"
# The archive did not become standard output.
fiche verify -q other.fiche
echo "exit $?"
