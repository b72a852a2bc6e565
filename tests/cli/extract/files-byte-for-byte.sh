mkdir in
printf 'A text without a line end' >in/a.txt
printf '<!DOCTYPE html><title>A page</title><p>Words\r\n' >in/b.html
fiche pack -q a.fiche in
fiche extract a.fiche --raw -d out
ls out
for number in 0 1; do
	cmp out/$number-* in/a.txt >/dev/null 2>&1 && echo "a.txt is back"
	cmp out/$number-* in/b.html >/dev/null 2>&1 && echo "b.html is back"
done
