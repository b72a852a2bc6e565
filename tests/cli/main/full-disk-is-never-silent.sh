# Each command that prints, on a disk that is full.
[ -w /dev/full ] || skip "no /dev/full"
sample_archive
fiche --help >/dev/full
echo "exit $?"
for command in "help" "help --man" "help list" "completion bash" \
	"list sample.fiche" "list sample.fiche --json" \
	"show sample.fiche a1" "extract sample.fiche" \
	"extract sample.fiche --raw" "info sample.fiche" \
	"info sample.fiche --names source" "verify sample.fiche" \
	"verify --json sample.fiche" "pack other.fiche sample.jsonl" \
	"pack third.fiche sample.jsonl --json"; do
	fiche $command >/dev/full
	echo "$command: exit $?"
done
echo "long"
many 3000 >many.jsonl
fiche pack -q many.fiche many.jsonl
fiche list many.fiche >/dev/full
echo "exit $?"
