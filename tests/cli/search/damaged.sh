# An article in a damaged block is found, named and left out; the others are shown.
noise 400 >noise.jsonl
printf '%s\n' '{"id":"end","title":"The mayor at the end","text":"Quiet here."}' >>noise.jsonl
fiche pack -q noise.fiche noise.jsonl
size=$(fiche info noise.fiche --json | tr , '\n' | sed -n 's/"file_size"://p')
printf 'DAMAGE' | dd of=noise.fiche bs=1 seek=$((size / 4)) conv=notrunc 2>/dev/null
fiche search -q noise.fiche 'noise OR mayor' --limit 0 >out 2>err
echo "exit $?"
shown=$(grep -c "Noise [0-9]" out)
[ "$shown" -gt 200 ] && [ "$shown" -lt 400 ] && echo "most are shown"
grep "mayor" out
sed 's/@[0-9]*/@N/; s/[0-9][0-9]* to [0-9]*/N to M/; s/ [0-9]* and/ N and/' err
