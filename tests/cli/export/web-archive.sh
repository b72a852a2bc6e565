{ sample; awkward; } | fiche pack -q a.fiche -
mkdir in
printf '<!DOCTYPE html><title>A page</title><p>Words\n' >in/b.html
fiche pack -q --append a.fiche in
fiche export a.fiche --to warc --fields title
echo "exit $?"
fiche export a.fiche --to warc --id w1 --id w5 >some.warc
sed '/^software/q' some.warc | grep -v -e '^WARC-Record' -e '^WARC-Block' -e '^Content-L' | steady
sed '1,/^conformsTo/d' some.warc
fiche export a.fiche --to warc --date 2022..2023 >two.warc
grep -a '^WARC-Date' two.warc
echo "-- a header cannot be put into a URL"
fiche export a.fiche --to warc -o all.warc -q
grep -ac '^X-Header' all.warc
grep -a 'X-Header' all.warc | head -n 1
echo "-- files are resources with their type"
grep -a -c '^WARC-Type: resource' all.warc
grep -a -A 6 '^Content-Type: text/html' all.warc
echo "-- one member for each record"
fiche export a.fiche --to warc -o all.warc.gz -q
gzip -dc all.warc.gz | cmp - all.warc && echo "the same"
members=$(LC_ALL=C od -An -v -tx1 all.warc.gz | tr -d ' \n' | grep -o '1f8b0800000000' | wc -l)
[ $members -eq "$(grep -ac '^WARC/1.1' all.warc)" ] && echo "as many members as records"
