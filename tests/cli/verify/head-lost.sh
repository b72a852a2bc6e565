sample_archive
dd if=/dev/zero of=sample.fiche bs=1 count=200 conv=notrunc 2>/dev/null
fiche list sample.fiche --fields title --limit 2
echo "exit $?"
code fiche verify --status sample.fiche
