sample_archive
cp sample.fiche bad.fiche
printf 'XXXX' | dd of=bad.fiche bs=1 seek=4500 conv=notrunc 2>/dev/null
fiche verify -q sample.fiche bad.fiche nothing.fiche 2>err
echo "exit $?"
grep -c bad.fiche err | sed 's/[1-9][0-9]*/named/'
grep nothing err
