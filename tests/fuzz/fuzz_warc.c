/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_warc.c - any bytes as a crawler's file, and as a response in one.
 *
 * What is promised: no byte is packed twice, records come in the order of the
 * file, and with every record kept none is lost that is not told of.
 */
#include <stdlib.h>
#include <string.h>

#include "article/json.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "support/feed.h"

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_record(const struct fake_record *r)
{
	struct json_scanner s;
	struct json_item item;

	json_init(&s, r->card, strlen(r->card));
	check(json_next(&s, &item) == JSON_OBJECT);
	check(json_skip(&s) != JSON_BAD);
	check(json_next(&s, &item) == JSON_END);
	check(r->text == NULL || utf8_is_valid(r->text, strlen(r->text)));
}

/* Is each record a part of the input, behind the one before? */
static void check_order(const struct feed *f, const uint8_t *data, size_t size)
{
	const uint8_t *at = data, *end = data + size;

	for (size_t i = 0; i < f->writer.count; i++) {
		const struct fake_record *r = &f->writer.records[i];
		const uint8_t *hit = at;

		check(r->len > 0);
		while ((size_t)(end - hit) >= r->len &&
		       memcmp(hit, r->bytes, r->len) != 0)
			hit++;
		check((size_t)(end - hit) >= r->len);
		at = hit + r->len;
		check(i == 0 || r->line > f->writer.records[i - 1].line);
	}
}

static void run(const uint8_t *data, size_t size, bool all, size_t piece)
{
	struct feed f = { .piece = piece };

	f.opt.record_max = 100000;
	f.opt.every_capture = all;
	check(feed_bytes(&f, "x.warc", data, size) == 0);
	check(f.stats.inputs == 1 && f.stats.records == f.writer.count);
	for (size_t i = 0; i < f.writer.count; i++)
		if (f.writer.records[i].card != NULL)
			check_record(&f.writer.records[i]);
	if (size > 5 && size < 4096 && memcmp(data, "WARC/", 5) == 0)
		check_order(&f, data, size);
	feed_done(&f);
}

/* The bytes as a response whose record has no fault. */
static void run_response(const uint8_t *data, size_t size)
{
	struct buf b = { 0 };

	buf_printf(&b,
	           "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: "
	           "application/http\r\nContent-Length: %zu\r\n\r\n",
	           size);
	buf_put(&b, data, size);
	if (buf_ok(&b))
		run(b.ptr, b.len, false, 0);
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run(data, size, false, 0);
	run(data, size, true, 5);
	if (size < 60000)
		run_response(data, size);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	static const char *const seeds[] = {
		"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: "
		"<urn:uuid:1>\r\nContent-Type: application/http\r\n"
		"WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"
		"Content-Length: 61\r\n\r\nHTTP/1.1 200 OK\r\n"
		"Content-Type: text/html\r\n\r\n<title>A</title>text\r\n\r\n"
		"WARC/1.0\r\nWARC-Type: metadata\r\nWARC-Refers-To: "
		"<urn:uuid:1>\r\nContent-Type: "
		"application/x.mediacloud-indexer+json\r\n"
		"Content-Length: 47\r\n\r\n"
		"{\"content_metadata\":{\"text_content\":\"x\",\"url\":1}}"
		"\r\n\r\n",
		"WARC/0.18\nWARC-Type: resource\nContent-Type: text/plain\n"
		"Content-Length: 900\n\nHello\n\nWARC/1.1\nWARC-Type: "
		"conversion\n :x\nContent-Type: text/plain\n\nText\n\n",
		"filedesc://a 0.0.0.0 20080430204825 text/plain 20\n1 0 x\n"
		"URL IP-address\n\nhttp://a/ 1.1.1.1 20080430204826 text/html "
		"-1\nHTTP/1.0 200 OK\n\nText\n"
		"http://b/ c 1.1.1.1 20080430204826 text/plain 3\nabc\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
		"chunked\r\nContent-Type: "
		"text/plain; charset=x\r\nContent-Encoding: deflate, "
		"gzip\r\n\r\n"
		"3\r\nabc\r\n5;x\r\nhello\r\n0\r\n\r\n",
		"HTTP/2 "
		"200\nContent-Type:application/json\nContent-Encoding:br\n\n"
		"{\"title\":\"a\",\"text\":\"b\"}",
		"\x5d\x2a\x4d\x18\x05\x01\x01\x01 a dictionary",
	};

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	buf_text(out, seeds[i]);
	return buf_ok(out);
}
