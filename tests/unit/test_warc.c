/* SPDX-License-Identifier: Apache-2.0 */
/* test_warc.c - crawlers' files: what becomes an article, and what of damage.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <zdict.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "support/feed.h"

#define HTML "<html><head><title>The bridge</title></head><body>x</body></html>"
#define PAGE                                                                   \
	"HTTP/1.1 200 OK\r\nContent-Type: text/html; "                         \
	"charset=utf-8\r\n\r\n" HTML
#define FIELDS                                                                 \
	"WARC-Record-ID: <urn:uuid:11111111-2222-3333-4444-555555555555>\r\n"  \
	"WARC-Date: 2024-03-05T06:07:08Z\r\n"                                  \
	"WARC-Target-URI: http://a.example/bridge\r\n"
#define HTTP_TYPE "Content-Type: application/http; msgtype=response\r\n"

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct feed));
	return *state == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	feed_done(*state);
	free(*state);
	return 0;
}

/* ---- Making files ---- */

static void put_record(struct buf *out, const char *kind, const char *fields,
                       const void *block, size_t len)
{
	buf_printf(out, "WARC/1.0\r\nWARC-Type: %s\r\n%sContent-Length: %zu",
	           kind, fields, len);
	buf_text(out, "\r\n\r\n");
	buf_put(out, block, len);
	buf_text(out, "\r\n\r\n");
}

static void put_text(struct buf *out, const char *kind, const char *fields,
                     const char *block)
{
	put_record(out, kind, fields, block, strlen(block));
}

/* A page that tells `n`, in its address and its title. */
static void put_page(struct buf *out, unsigned n)
{
	char fields[256], block[256];

	(void)snprintf(fields, sizeof(fields),
	               "WARC-Record-ID: <urn:uuid:%u>\r\n"
	               "WARC-Target-URI: http://a.example/%u\r\n" HTTP_TYPE,
	               n, n);
	(void)snprintf(block, sizeof(block),
	               "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
	               "<html><title>Page %u</title>The text of page %u.",
	               n, n);
	put_text(out, "response", fields, block);
}

static void read_buf(struct feed *f, const char *name, struct buf *b)
{
	assert_true(buf_ok(b));
	assert_int_equal(feed_bytes(f, name, b->ptr, b->len), 0);
	buf_clear(b);
}

/* ---- Looking at what came ---- */

static void assert_said(struct feed *f, const char *what)
{
	if (strstr(f->said, what) == NULL)
		fail_msg("not said: \"%s\" but:\n%s", what, f->said);
}

static void assert_quiet(struct feed *f)
{
	assert_string_equal(f->said, "");
	assert_int_equal(f->stats.damaged + f->stats.skipped +
	                         f->stats.inputs_failed + f->stats.too_long,
	                 0);
}

static void assert_in_card(struct feed *f, size_t i, const char *what)
{
	assert_true(i < f->writer.count);
	if (strstr(f->writer.records[i].card, what) == NULL)
		fail_msg("\"%s\" is not in %s", what,
		         f->writer.records[i].card);
}

static void assert_text(struct feed *f, size_t i, const char *what)
{
	assert_true(i < f->writer.count);
	assert_non_null(f->writer.records[i].text);
	if (strstr(f->writer.records[i].text, what) == NULL)
		fail_msg("\"%s\" is not in: %s", what,
		         f->writer.records[i].text);
}

/* ---- What becomes an article ---- */

static void a_response_is_kept_as_it_stands_with_its_facts(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };
	char *whole;
	size_t len;

	put_text(&b, "response", FIELDS HTTP_TYPE, PAGE);
	len = b.len;
	whole = malloc(len);
	assert_non_null(whole);
	memcpy(whole, b.ptr, len);
	read_buf(f, "a.warc", &b);
	assert_quiet(f);
	assert_int_equal(f->writer.count, 1);
	assert_int_equal(f->writer.records[0].len, len);
	assert_memory_equal(f->writer.records[0].bytes, whole, len);
	assert_int_equal(f->writer.records[0].line, 1);
	assert_in_card(f, 0,
	               "\"path\":\"a.warc\",\"type\":\"application/warc\"");
	assert_in_card(f, 0, "\"url\":\"http://a.example/bridge\"");
	assert_in_card(f, 0, "\"id\":\"11111111-2222-3333-4444-555555555555\"");
	assert_in_card(f, 0, "\"title\":\"The bridge\"");
	assert_in_card(f, 0, "\"fetched\":\"2024-03-05T06:07:08Z\"");
	free(whole);
	buf_done(&b);
}

static void records_put_together_make_the_file_again(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 }, again = { 0 };

	put_text(&b, "warcinfo", "", "software: none\r\n");
	put_page(&b, 1);
	put_text(&b, "request", FIELDS, "GET / HTTP/1.1\r\n\r\n");
	put_page(&b, 2);
	f->opt.every_capture = true;
	assert_int_equal(feed_bytes(f, "a", b.ptr, b.len), 0);
	assert_quiet(f);
	assert_int_equal(f->writer.count, 4);
	for (size_t i = 0; i < 4; i++)
		buf_put(&again, f->writer.records[i].bytes,
		        f->writer.records[i].len);
	assert_int_equal(again.len, b.len);
	assert_memory_equal(again.ptr, b.ptr, b.len);
	/* What nobody reads has no text to be found by. */
	assert_string_equal(f->writer.records[2].text, "");
	buf_done(&b);
	buf_done(&again);
}

static void other_records_are_counted_in_one_note(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "warcinfo", "", "software: none\r\n");
	put_text(&b, "request", FIELDS, "GET / HTTP/1.1\r\n\r\n");
	put_text(&b, "request", FIELDS, "GET / HTTP/1.1\r\n\r\n");
	put_text(&b, "response", FIELDS HTTP_TYPE,
	         "HTTP/1.1 404 HUH?\r\nContent-Type: text/html\r\n\r\nno");
	put_text(&b, "response", FIELDS HTTP_TYPE,
	         "HTTP/1.1 301 Moved\r\n\r\n");
	put_text(&b, "response", FIELDS HTTP_TYPE,
	         "HTTP/2 200\r\ncontent-type: Image/PNG\r\n\r\n\x89PNG");
	put_text(&b, "revisit", FIELDS HTTP_TYPE, "HTTP/1.1 200 OK\r\n\r\n");
	put_text(&b, "response", FIELDS HTTP_TYPE,
	         "HTTP/1.1 204 No Content\r\n\r\n");
	put_page(&b, 1);
	read_buf(f, "a", &b);
	assert_string_equal(f->said,
	                    "N a: 8 other records left out: 2 request, "
	                    "1 warcinfo, 1 status 404, 1 status 301, "
	                    "1 image/png, 1 revisit, 1 more\n");
	assert_int_equal(f->writer.count, 1);
	assert_int_equal(f->writer.records[0].line, 9);
	buf_done(&b);
}

static void kinds_of_strangers_are_harmless(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "\x1b[2J%s", "", "");
	put_text(&b, "", "", "");
	read_buf(f, "a", &b);
	assert_said(f, "2 other records left out: 1 ?[2J%s, 1 of no kind");
	buf_done(&b);
}

static void documents_of_each_kind_are_articles(void **state)
{
	static const struct {
		const char *kind, *type, *block, *text;
	} rows[] = {
		{ "resource", "text/html", HTML, "x" },
		{ "resource", "Text/Plain; charset=utf-8", "Plain.\n",
		  "Plain" },
		{ "conversion", "text/plain", "Converted.\n", "Converted" },
		{ "resource", "application/json",
		  "{\"title\":\"T\",\"text\":\"Of JSON.\"}", "Of JSON." },
		{ "resource", "application/rss+xml", "<rss>Feed</rss>",
		  "Feed" },
		{ "resource", "application/pdf", "%PDF-1.4", "" },
		{ "resource", "", "<!doctype html><p>Guess", "Guess" },
		{ "response", "text/plain", "No HTTP at all.\n", "No HTTP" },
	};
	struct feed *f = *state;
	struct buf b = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char fields[128] = "";

		if (rows[i].type[0] != '\0')
			(void)snprintf(fields, sizeof(fields),
			               "Content-Type: %s\r\n", rows[i].type);
		put_text(&b, rows[i].kind, fields, rows[i].block);
		read_buf(f, "a", &b);
		assert_quiet(f);
		assert_int_equal(f->writer.count, 1);
		assert_text(f, 0, rows[i].text);
	}
	buf_done(&b);
}

static void addresses_may_stand_in_angle_brackets(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "resource",
	         "WARC-Target-URI: <http://a.example/x y>\r\n"
	         "warc-record-id:urn:uuid:7\r\nContent-Type: text/plain\r\n",
	         "x");
	read_buf(f, "a", &b);
	assert_in_card(f, 0, "\"url\":\"http://a.example/x y\",\"id\":\"7\"");
	buf_done(&b);
}

static void folded_lines_and_bare_line_ends_are_read(void **state)
{
	static const char text[] =
		"\nWARC/0.18\nWARC-Type:\n  resource\n"
		"Content-Type: text/plain\n"
		"WARC-Target-URI: http://a.example/\n"
		"Content-Length: 5\n\nHello\n\n\n"
		"WARC/1.1 \r\r\nContent-Length: 0\r\r\n\r\r\n";
	struct feed *f = *state;

	assert_int_equal(feed_bytes(f, "a", text, sizeof(text) - 1), 0);
	assert_int_equal(f->writer.count, 1);
	assert_text(f, 0, "Hello");
	assert_string_equal(f->said,
	                    "N a: 1 other record left out: 1 of no kind\n");
}

/* ---- Media Cloud ---- */

#define STORY                                                                  \
	"{\"rss_entry\":{\"title\":\"Of the feed\",\"link\":\"http://f/\"},"   \
	"\"http_metadata\":{\"response_code\":200},"                           \
	"\"content_metadata\":{\"url\":\"http://a.example/canonical\","        \
	"\"canonical_domain\":\"a.example\",\"publication_date\":\"2024-02-"   \
	"01\","                                                                \
	"\"language\":\"en\",\"article_title\":\"Of the story\","              \
	"\"text_content\":\"The text that was found.\"}}"
#define STORY_FIELDS                                                           \
	"WARC-Concurrent-To: "                                                 \
	"<urn:uuid:11111111-2222-3333-4444-555555555555>\r\n"                  \
	"Content-Type: application/x.mediacloud-indexer+json\r\n"

static void the_metadata_of_a_story_enriches_the_page_before(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "response", FIELDS HTTP_TYPE, PAGE);
	put_text(&b, "metadata", STORY_FIELDS, STORY);
	put_page(&b, 3);
	read_buf(f, "a", &b);
	assert_quiet(f);
	assert_int_equal(f->writer.count, 2);
	assert_in_card(f, 0, "\"url\":\"http://a.example/bridge\"");
	assert_in_card(f, 0, "\"title\":\"Of the story\"");
	assert_in_card(f, 0, "\"published\":\"2024-02-01\"");
	assert_in_card(f, 0, "\"source\":\"a.example\"");
	assert_in_card(f, 0, "\"language\":\"en\"");
	assert_in_card(f, 0, "\"fetched\":\"2024-03-05T06:07:08Z\"");
	assert_string_equal(f->writer.records[0].text,
	                    "The text that was found.");
	/* Both are kept, and are two records of the file. */
	assert_non_null(strstr(f->writer.records[0].bytes, "rss_entry"));
	assert_int_equal(f->writer.records[1].line, 3);
	buf_done(&b);
}

static void a_stopgap_address_gives_way(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "response",
	         "WARC-Record-ID: <urn:uuid:1>\r\nWARC-Target-URI: "
	         "http://mediacloud.org/need_canonical_url\r\n" HTTP_TYPE,
	         PAGE);
	put_text(&b, "metadata",
	         "WARC-Refers-To: <urn:uuid:1>\r\n"
	         "Content-Type: application/x.mediacloud-indexer+json\r\n",
	         STORY);
	read_buf(f, "a", &b);
	assert_in_card(f, 0, "\"url\":\"http://a.example/canonical\"");
	buf_done(&b);
}

static void metadata_of_another_page_is_not_taken(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_page(&b, 1);
	put_text(&b, "metadata", STORY_FIELDS, STORY);
	read_buf(f, "a", &b);
	assert_in_card(f, 0, "\"title\":\"Page 1\"");
	assert_said(f, "1 other record left out: 1 metadata");
	buf_done(&b);
}

static void metadata_that_is_no_json_does_no_harm(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "response", FIELDS HTTP_TYPE, PAGE);
	put_text(&b, "metadata", STORY_FIELDS, "{\"content_metadata\":{\"a\":");
	read_buf(f, "a", &b);
	assert_quiet(f);
	assert_in_card(f, 0, "\"title\":\"The bridge\"");
	buf_done(&b);
}

/* ---- Digests ---- */

static void put_digest(struct buf *out, const char *field, const char *name,
                       const void *bytes, size_t len, bool base32)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t md[EVP_MAX_MD_SIZE + 8] = { 0 };
	unsigned size;

	assert_int_equal(EVP_Digest(bytes, len, md, &size,
	                            EVP_get_digestbyname(name), NULL),
	                 1);
	buf_printf(out, "%s: %s:", field, name);
	for (unsigned i = 0; !base32 && i < size; i++)
		buf_printf(out, "%02x", md[i]);
	for (unsigned bit = 0; base32 && bit < size * 8; bit += 5) {
		unsigned two = (unsigned)md[bit / 8] << 8 | md[bit / 8 + 1];

		buf_u8(out, (uint8_t)digits[two >> (11 - bit % 8) & 31]);
	}
	buf_text(out, "\r\n");
}

static void digests_of_every_kind_are_checked(void **state)
{
	static const char *const names[] = { "md5", "sha1", "sha256",
		                             "sha512" };
	struct feed *f = *state;
	struct buf b = { 0 }, fields = { 0 };

	for (unsigned i = 0; i < 16; i++) {
		const char *hashed = i & 4 ? PAGE : HTML;
		const char *field =
			i & 4 ? "WARC-Block-Digest" : "WARC-Payload-Digest";
		bool good = i & 8;

		buf_clear(&fields);
		buf_text(&fields, FIELDS HTTP_TYPE);
		put_digest(&fields, field, names[i & 3], hashed,
		           strlen(hashed) - !good, i & 1);
		buf_u8(&fields, '\0');
		put_text(&b, "response", (const char *)fields.ptr, PAGE);
		read_buf(f, "a", &b);
		assert_int_equal(f->writer.count, 1);
		assert_int_equal(f->stats.damaged, !good);
		if (!good)
			assert_said(f, i & 4 ? "W a:1: does not have its block "
			                       "digest"
			                     : "W a:1: does not have its "
			                       "payload digest");
	}
	buf_done(&b);
	buf_done(&fields);
}

static void a_payload_digest_may_be_of_what_was_in_the_chunks(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 }, fields = { 0 };

	buf_text(&fields, FIELDS HTTP_TYPE);
	put_digest(&fields, "WARC-Payload-Digest", "sha1", "Hello, you", 10,
	           true);
	buf_u8(&fields, '\0');
	put_text(&b, "response", (const char *)fields.ptr,
	         "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	         "Transfer-Encoding: chunked\r\n\r\n"
	         "5\r\nHello\r\n5;a=b\r\n, you\r\n0\r\n\r\n");
	read_buf(f, "a", &b);
	assert_quiet(f);
	assert_string_equal(f->writer.records[0].text, "Hello, you");
	buf_done(&b);
	buf_done(&fields);
}

static void digests_that_nobody_knows_are_no_fault(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_text(&b, "response",
	         FIELDS HTTP_TYPE "WARC-Block-Digest: blake3:ABCD\r\n"
	                          "WARC-Payload-Digest: sha1:not one\r\n",
	         PAGE);
	put_text(&b, "response",
	         FIELDS HTTP_TYPE
	         "WARC-Truncated: length\r\nWARC-Payload-Digest: "
	         "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
	         PAGE);
	read_buf(f, "a", &b);
	assert_quiet(f);
	buf_done(&b);
}

/* ---- Damage ---- */

static void a_length_that_is_too_long_does_not_swallow_the_next(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	buf_text(&b, "WARC/1.0\r\nWARC-Type: resource\r\n"
	             "Content-Type: text/plain\r\nContent-Length: 250\r\n\r\n"
	             "Short.\r\n\r\n");
	put_page(&b, 2);
	put_page(&b, 3);
	read_buf(f, "a", &b);
	assert_int_equal(f->writer.count, 3);
	assert_string_equal(f->writer.records[0].text, "Short.");
	assert_in_card(f, 1, "Page 2");
	assert_in_card(f, 2, "Page 3");
	assert_string_equal(f->said,
	                    "W a:1: says it has 250 bytes, but has 10\n");
	assert_int_equal(f->stats.damaged, 1);
	buf_done(&b);
}

static void a_length_that_is_too_short_is_told_with_the_rest(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	buf_text(&b, "WARC/1.0\r\nWARC-Type: resource\r\n"
	             "Content-Type: text/plain\r\nContent-Length: 5\r\n\r\n"
	             "Hello, all of you.\r\n\r\n");
	put_page(&b, 2);
	read_buf(f, "a", &b);
	assert_int_equal(f->writer.count, 2);
	assert_string_equal(f->writer.records[0].text, "Hello");
	assert_in_card(f, 1, "Page 2");
	assert_string_equal(f->said, "W a: 15 bytes from byte 83 on are no "
	                             "record: passed over\n");
	assert_int_equal(f->stats.skipped, 1);
	buf_done(&b);
}

static void a_record_without_a_length_ends_at_the_next(void **state)
{
	static const char *const lengths[] = { "", "Content-Length: -1\r\n",
		                               "Content-Length: 4x\r\n",
		                               "Content-Length: "
		                               "99999999999999999999\r\n" };
	struct feed *f = *state;
	struct buf b = { 0 };

	for (size_t i = 0; i < 4; i++) {
		buf_printf(&b,
		           "WARC/1.0\r\nWARC-Type: resource\r\n"
		           "Content-Type: text/plain\r\n%s\r\nWhole.\r\n\r\n",
		           lengths[i]);
		put_page(&b, 2);
		read_buf(f, "a", &b);
		assert_int_equal(f->writer.count, 2);
		assert_string_equal(f->writer.records[0].text, "Whole.");
		assert_string_equal(f->said,
		                    "W a:1: does not say how long it is\n");
	}
	buf_done(&b);
}

static void missing_line_ends_between_records_are_no_fault(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	put_page(&b, 1);
	b.len -= 4;
	put_page(&b, 2);
	buf_text(&b, "\r\n\r\n\n");
	put_page(&b, 3);
	b.len -= 3;
	read_buf(f, "a", &b);
	assert_quiet(f);
	assert_int_equal(f->writer.count, 3);
	buf_done(&b);
}

static void garbage_in_front_and_between_is_passed_over(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	buf_text(&b, "something\nelse\n");
	put_page(&b, 1);
	buf_text(&b, "WARC/1.0 is what this line is about\nWARC/x\n");
	put_page(&b, 2);
	read_buf(f, "a.warc.gz", &b);
	assert_int_equal(f->writer.count, 2);
	assert_int_equal(f->stats.skipped, 2);
	assert_said(f, "W a.warc.gz: 15 bytes from byte 0 on are no record");
	buf_done(&b);
}

static void a_head_that_runs_into_the_next_record_is_left_out(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	buf_text(&b, "WARC/1.0\r\nWARC-Type: response\r\nContent-Le\r\n");
	put_page(&b, 2);
	read_buf(f, "a", &b);
	assert_int_equal(f->writer.count, 1);
	assert_int_equal(f->writer.records[0].line, 2);
	assert_said(f, "W a:1: its head at byte 0 has no end: left out");
	buf_done(&b);
}

static void many_faults_are_told_ten_times_and_summed_up(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	for (unsigned i = 0; i < 25; i++) {
		put_page(&b, i);
		buf_text(&b, "x\n");
	}
	read_buf(f, "a", &b);
	assert_int_equal(f->writer.count, 25);
	assert_int_equal(f->stats.skipped, 25);
	assert_said(f, "N a: 15 more faults like these\n");
	buf_done(&b);
}

static void a_record_over_the_limit_is_left_out_alone(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };
	char *big = malloc(300000);

	assert_non_null(big);
	memset(big, 'x', 300000);
	memcpy(big, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", 44);
	f->opt.record_max = 100000;
	put_page(&b, 1);
	put_record(&b, "response", FIELDS HTTP_TYPE, big, 300000);
	put_page(&b, 3);
	/* Nobody misses an image. */
	memcpy(big, "HTTP/1.1 200 OK\r\nContent-Type: image/gif\r\n\r\n", 44);
	put_record(&b, "response", FIELDS HTTP_TYPE, big, 300000);
	put_page(&b, 5);
	read_buf(f, "a", &b);
	assert_int_equal(f->writer.count, 3);
	assert_int_equal(f->writer.records[2].line, 5);
	assert_string_equal(f->said,
	                    "W a:2: longer than 100000 bytes: left out\n"
	                    "N a: 1 other record left out: 1 image/gif\n");
	assert_int_equal(f->stats.too_long, 1);
	/* A length that only pretends loses nothing but its own record. */
	buf_text(&b, "WARC/1.0\r\nContent-Length: 9000000000\r\n\r\nx\r\n\r\n");
	put_page(&b, 2);
	read_buf(f, "a", &b);
	assert_int_equal(f->writer.count, 1);
	assert_said(f, "W a:1: says it has 9000000000 bytes, but has 5: left");
	free(big);
	buf_done(&b);
}

static void every_cut_keeps_the_records_before(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };
	size_t ends[3], len;

	put_text(&b, "response", FIELDS HTTP_TYPE, PAGE);
	put_text(&b, "metadata", STORY_FIELDS, STORY);
	ends[0] = b.len;
	put_page(&b, 2);
	ends[1] = b.len;
	put_text(&b, "request", FIELDS, "GET / HTTP/1.1\r\n\r\n");
	put_page(&b, 4);
	ends[2] = b.len;
	for (len = 20; len <= b.len; len++) {
		size_t whole = (size_t)(len >= ends[0]) + (len >= ends[1]) +
		               (len >= ends[2]);

		f->piece = len % 3 == 0 ? 7 : 0;
		assert_int_equal(feed_bytes(f, "a.warc", b.ptr, len), 0);
		assert_true(f->writer.count >= whole);
		assert_true(f->writer.count <= whole + 1);
		assert_int_equal(f->stats.inputs_failed, 0);
	}
	buf_done(&b);
}

static void every_flipped_bit_leaves_the_other_records(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };
	size_t from, to;

	put_page(&b, 1);
	from = b.len;
	put_page(&b, 2);
	to = b.len - 1; /* without it the next one does not begin a line */
	put_page(&b, 3);
	for (size_t i = from; i < to; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			size_t n;

			b.ptr[i] ^= (uint8_t)(1u << bit);
			assert_int_equal(feed_bytes(f, "a.warc", b.ptr, b.len),
			                 0);
			b.ptr[i] ^= (uint8_t)(1u << bit);
			n = f->writer.count;
			assert_true(n >= 2 && n <= 3);
			assert_in_card(f, 0, "Page 1");
			assert_in_card(f, n - 1, "Page 3");
		}
	buf_done(&b);
}

/* ---- Compressed files ---- */

static void put_gzip(struct buf *out, const void *bytes, size_t len)
{
	z_stream z = { 0 };

	assert_int_equal(
		deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
		Z_OK);
	assert_true(buf_reserve(out, deflateBound(&z, len)));
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (unsigned)len;
	z.next_out = out->ptr + out->len;
	z.avail_out = (unsigned)(out->cap - out->len);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	out->len += z.total_out;
	(void)deflateEnd(&z);
}

static void each_record_may_be_a_gzip_member(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 }, one = { 0 };

	for (unsigned i = 0; i < 50; i++) {
		buf_clear(&one);
		put_page(&one, i);
		put_gzip(&b, one.ptr, one.len);
	}
	read_buf(f, "a.warc.gz", &b);
	assert_quiet(f);
	assert_int_equal(f->writer.count, 50);
	assert_in_card(f, 49, "Page 49");
	buf_done(&b);
	buf_done(&one);
}

static void put_zstd(struct buf *out, ZSTD_CCtx *z, const void *dict,
                     size_t dict_len, const void *bytes, size_t len)
{
	size_t n;

	assert_true(buf_reserve(out, ZSTD_compressBound(len)));
	n = ZSTD_compress_usingDict(z, out->ptr + out->len, out->cap - out->len,
	                            bytes, len, dict, dict_len, 3);
	assert_false(ZSTD_isError(n));
	out->len += n;
}

static void a_zstd_file_may_begin_with_its_dictionary(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 }, all = { 0 }, one = { 0 }, packed = { 0 };
	size_t sizes[300], dict_len;
	ZSTD_CCtx *z = ZSTD_createCCtx();
	char dict[4000];

	assert_non_null(z);
	for (unsigned i = 0; i < 300; i++) {
		size_t before = all.len;

		put_page(&all, i * 7919);
		sizes[i] = all.len - before;
	}
	dict_len =
		ZDICT_trainFromBuffer(dict, sizeof(dict), all.ptr, sizes, 300);
	assert_false(ZSTD_isError(dict_len));
	put_zstd(&packed, z, NULL, 0, dict, dict_len);
	for (unsigned way = 0; way < 2; way++) {
		buf_u32(&b, 0x184d2a5d);
		buf_u32(&b, (uint32_t)(way ? packed.len : dict_len));
		buf_put(&b, way ? packed.ptr : (const uint8_t *)dict,
		        way ? packed.len : dict_len);
		for (unsigned i = 0; i < 5; i++) {
			buf_clear(&one);
			put_page(&one, i);
			put_zstd(&b, z, dict, dict_len, one.ptr, one.len);
		}
		for (f->piece = 0; f->piece <= 3; f->piece += 3) {
			assert_int_equal(
				feed_bytes(f, "a.warc.zst", b.ptr, b.len), 0);
			assert_quiet(f);
			assert_int_equal(f->writer.count, 5);
			assert_in_card(f, 4, "Page 4");
		}
		/* Any cut inside is told, and no more. */
		for (size_t len = 12; len < b.len; len += 97) {
			assert_int_equal(
				feed_bytes(f, "a.warc.zst", b.ptr, len), 0);
			assert_true(f->writer.count <= 5);
		}
		buf_clear(&b);
	}
	(void)ZSTD_freeCCtx(z);
	buf_done(&b);
	buf_done(&all);
	buf_done(&one);
	buf_done(&packed);
}

static void a_skippable_frame_without_a_dictionary_is_skipped(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 }, one = { 0 };
	ZSTD_CCtx *z = ZSTD_createCCtx();

	put_page(&one, 1);
	for (uint32_t size = 0; size < 20; size += 4) {
		buf_u32(&b, 0x184d2a5d);
		buf_u32(&b, size);
		buf_zeros(&b, size);
		put_zstd(&b, z, NULL, 0, one.ptr, one.len);
		read_buf(f, "a", &b);
		assert_quiet(f);
		assert_int_equal(f->writer.count, 1);
	}
	buf_u32(&b, 0x184d2a5d);
	buf_u32(&b, UINT32_MAX);
	buf_u8(&b, 0);
	read_buf(f, "a", &b);
	assert_said(f, "W a: the zstd dictionary is longer than 16 MiB at");
	(void)ZSTD_freeCCtx(z);
	buf_done(&b);
	buf_done(&one);
}

/* ---- ARC ---- */

#define ARC_HEAD                                                               \
	"filedesc://a.arc 0.0.0.0 20080430204825 text/plain 75\n"              \
	"1 0 Nobody\n"                                                         \
	"URL IP-address Archive-date Content-type Archive-length\n1234567\n\n"

static void put_arc(struct buf *out, const char *line, const char *block)
{
	buf_printf(out, "%s %zu\n%s\n", line, strlen(block), block);
}

static void arc_records_are_articles_too(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	buf_text(&b, ARC_HEAD);
	put_arc(&b, "dns:a.example 10.0.0.1 20080430204825 text/dns", "x");
	put_arc(&b, "http://a.example/ 10.0.0.1 20080430204826 text/html",
	        PAGE);
	put_arc(&b,
	        "http://a.example/?q=a b 20 10.0.0.1 20080430204827 "
	        "text/html; charset=utf-8",
	        PAGE);
	put_arc(&b, "http://a.example/i.png 10.0.0.1 20080430204828 image/png",
	        "HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\nx");
	put_arc(&b,
	        "http://a.example/2 10.0.0.1 20080430204829 text/html 200 "
	        "ABCDEF - 1234 a.arc",
	        PAGE);
	put_arc(&b, "http://a.example/t 10.0.0.1 20080430204830 text/plain",
	        "No HTTP.");
	read_buf(f, "x", &b);
	assert_string_equal(f->said, "N x: 3 other records left out: "
	                             "1 filedesc, 1 dns, 1 image/png\n");
	assert_int_equal(f->stats.damaged + f->stats.skipped, 0);
	assert_int_equal(f->writer.count, 4);
	assert_in_card(f, 0,
	               "\"type\":\"application/x-internet-archive\","
	               "\"url\":\"http://a.example/\"");
	assert_in_card(f, 0, "\"fetched\":\"2008-04-30T20:48:26Z\"");
	assert_in_card(f, 0, "\"title\":\"The bridge\"");
	assert_in_card(f, 1, "\"url\":\"http://a.example/?q=a b 20\"");
	assert_in_card(f, 2, "\"url\":\"http://a.example/2\"");
	assert_in_card(f, 2, "\"fetched\":\"2008-04-30T20:48:29Z\"");
	assert_text(f, 3, "No HTTP.");
	buf_done(&b);
}

static void arc_lengths_that_lie_lose_no_other_record(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };

	buf_text(&b, ARC_HEAD);
	buf_text(&b,
	         "http://a.example/1 10.0.0.1 20080430204826 text/plain -1\n"
	         "Without.\n\n"
	         "http://a.example/2 10.0.0.1 20080430204826 text/plain 90\n"
	         "Too long.\n"
	         "http://a.example/3 10.0.0.1 20080430204826 text/plain 3\n"
	         "Too short.\n");
	put_arc(&b, "http://a.example/4 10.0.0.1 20080430204826 text/plain",
	        "Right.");
	read_buf(f, "x", &b);
	assert_int_equal(f->writer.count, 4);
	assert_text(f, 0, "Without.");
	assert_text(f, 1, "Too long.");
	assert_text(f, 2, "Too");
	assert_text(f, 3, "Right.");
	assert_int_equal(f->stats.damaged, 2);
	assert_int_equal(f->stats.skipped, 1);
	buf_done(&b);
}

static void every_cut_of_an_arc_keeps_the_records_before(void **state)
{
	struct feed *f = *state;
	struct buf b = { 0 };
	size_t first, len;

	buf_text(&b, ARC_HEAD);
	put_arc(&b, "http://a.example/1 10.0.0.1 20080430204826 text/html",
	        PAGE);
	first = b.len;
	put_arc(&b, "http://a.example/2 10.0.0.1 20080430204826 text/html",
	        PAGE);
	for (len = 60; len <= b.len; len++) {
		assert_int_equal(feed_bytes(f, "x", b.ptr, len), 0);
		assert_true(f->writer.count >= (len >= first));
	}
	buf_done(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_response_is_kept_as_it_stands_with_its_facts),
		TEST(records_put_together_make_the_file_again),
		TEST(other_records_are_counted_in_one_note),
		TEST(kinds_of_strangers_are_harmless),
		TEST(documents_of_each_kind_are_articles),
		TEST(addresses_may_stand_in_angle_brackets),
		TEST(folded_lines_and_bare_line_ends_are_read),
		TEST(the_metadata_of_a_story_enriches_the_page_before),
		TEST(a_stopgap_address_gives_way),
		TEST(metadata_of_another_page_is_not_taken),
		TEST(metadata_that_is_no_json_does_no_harm),
		TEST(digests_of_every_kind_are_checked),
		TEST(a_payload_digest_may_be_of_what_was_in_the_chunks),
		TEST(digests_that_nobody_knows_are_no_fault),
		TEST(a_length_that_is_too_long_does_not_swallow_the_next),
		TEST(a_length_that_is_too_short_is_told_with_the_rest),
		TEST(a_record_without_a_length_ends_at_the_next),
		TEST(missing_line_ends_between_records_are_no_fault),
		TEST(garbage_in_front_and_between_is_passed_over),
		TEST(a_head_that_runs_into_the_next_record_is_left_out),
		TEST(many_faults_are_told_ten_times_and_summed_up),
		TEST(a_record_over_the_limit_is_left_out_alone),
		TEST(every_cut_keeps_the_records_before),
		TEST(every_flipped_bit_leaves_the_other_records),
		TEST(each_record_may_be_a_gzip_member),
		TEST(a_zstd_file_may_begin_with_its_dictionary),
		TEST(a_skippable_frame_without_a_dictionary_is_skipped),
		TEST(arc_records_are_articles_too),
		TEST(arc_lengths_that_lie_lose_no_other_record),
		TEST(every_cut_of_an_arc_keeps_the_records_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
