# A crawler's file: pages are articles, the rest is counted; --warc all keeps it.
record() { # TYPE FIELD BLOCK-FILE
	printf 'WARC/1.0\r\nWARC-Type: %s\r\nWARC-Date: 2024-03-05T06:07:08Z\r\n' "$1"
	printf 'WARC-Target-URI: http://a.example/%s\r\n%s\r\n' "$1" "$2"
	printf 'Content-Length: %d\r\n\r\n' "$(wc -c <"$3")"
	cat "$3"
	printf '\r\n\r\n'
}
http='Content-Type: application/http'
printf 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n' >page
printf '1e\r\n<title>The river rose</title>\r\n0\r\n\r\n' >>page
printf 'GET / HTTP/1.1\r\n\r\n' >get
printf 'A text that was kept.\n' >text
{
	record request "$http" get
	record response "$http" page
	record resource 'Content-Type: text/plain' text
} >a.warc
gzip -c a.warc >a.warc.gz
fiche pack -q news.fiche a.warc.gz
echo "exit $?"
fiche list news.fiche --fields url,path
fiche list news.fiche --fields title | head -n 1
fiche extract --raw news.fiche | head -n 1 | tr -d '\r'
fiche pack -q all.fiche --warc all a.warc
echo "exit $?"
fiche list all.fiche --fields url
# Damage: a bad digest, and something that is no record.
record response "$http
WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" page >b.warc
echo 'not a record' >>b.warc
cat a.warc >>b.warc
fiche pack bad.fiche b.warc >summary
echo "exit $?"
tail -n 1 summary
code fiche verify -q bad.fiche
