# Cut at any place: an answer every time, never a crash, nothing wrong.
sample_archive
sort sample.jsonl >want
size=$(wc -c <sample.fiche)
at=0
while [ $at -lt "$size" ]; do
	head -c $at sample.fiche >cut.fiche
	fiche extract cut.fiche --raw --all-versions >got 2>err
	code=$?
	case $code in
	1 | 4 | 6) ;;
	0) [ $at -ge 4096 ] || echo "cut at $at: exit 0" ;;
	*) echo "cut at $at: exit $code" && cat err ;;
	esac
	sort got | comm -13 want - | grep -q . && echo "cut at $at: invented"
	at=$((at + 97))
done
echo "all of $((size / 97)) cuts"
