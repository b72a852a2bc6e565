/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json_card.c - any bytes as a record, as a card with its body, and as a
 * date.  What the code promises to hold is checked, not only that it ends.
 */

#include <stdlib.h>
#include <string.h>

#include "article/card.h"
#include "article/date.h"
#include "article/fields.h"
#include "article/json.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool is_json(const char *text, size_t len)
{
	struct json_scanner s;
	struct json_item item;
	struct buf plain = { 0 };
	enum json_type type;

	json_init(&s, text, len);
	do {
		type = json_next(&s, &item);
		if (type != JSON_STRING)
			continue;
		buf_clear(&plain);
		json_unescape(&plain, item.raw, item.raw_len, NULL);
		require(utf8_is_valid((const char *)plain.ptr, plain.len));
	} while (type != JSON_BAD && type != JSON_END);
	require(s.at >= s.start && s.at <= s.end);
	require((type == JSON_BAD) == (s.why != NULL));
	buf_done(&plain);
	return type == JSON_END;
}

static int read_fields(struct fiche_article *a, size_t *piece,
                       struct arena *arena, const char *text, size_t len)
{
	struct buf out = { 0 };
	int r;

	memset(a, 0, sizeof(*a));
	r = fields_from_json(a, piece, arena, text, len, NULL, 0, NULL);
	if (r == 0) {
		fields_to_json(&out, a, true);
		require(is_json((const char *)out.ptr, out.len));
		require(utf8_is_valid((const char *)out.ptr, out.len));
		buf_clear(&out);
		fields_url_key(&out, a->url.ptr, a->url.len);
	}
	buf_done(&out);
	return r;
}

static void check_record(const char *text, size_t len)
{
	struct buf card = { 0 }, body = { 0 }, again = { 0 };
	struct fiche_article from_line, from_card;
	size_t line_piece = 0, card_text = 0;
	struct arena arena = { 0 };
	const char *c, *b;
	int r;

	(void)is_json(text, len);
	r = read_fields(&from_line, &line_piece, &arena, text, len);
	if (card_split(&card, &body, NULL, text, len)) {
		require(r == 0 && line_piece == SIZE_MAX);
		c = (const char *)card.ptr;
		b = (const char *)body.ptr;
		require(card_join(&again, c, card.len, b, body.len, NULL) == 0);
		require(again.len == len && memcmp(again.ptr, text, len) == 0);
		require(utf8_is_valid(b, body.len));
		require(read_fields(&from_card, &card_text, &arena, c,
		                    card.len) == 0);
		if (card_text != SIZE_MAX)
			require(card_piece(&from_card.text, card_text, c,
			                   card.len, b, body.len));
		require(from_card.text.len == from_line.text.len);
		require(from_line.text.len == 0 ||
		        memcmp(from_card.text.ptr, from_line.text.ptr,
		               from_line.text.len) == 0);
	} else {
		require(card.len == 0 && body.len == 0);
	}
	buf_done(&card);
	buf_done(&body);
	buf_done(&again);
	arena_done(&arena);
}

/* The bytes before the first NUL as a card, those behind as its body. */
static void check_card(const char *text, size_t len)
{
	const char *nul = len ? memchr(text, '\0', len) : NULL;
	size_t card_len = nul ? (size_t)(nul - text) : len;
	const char *body = nul ? nul + 1 : NULL;
	size_t body_len = nul ? len - card_len - 1 : 0;
	struct buf out = { 0 };
	struct fiche_text piece;

	if (card_join(&out, text, card_len, body, body_len, NULL) < 0)
		require(out.len == 0);
	for (size_t i = 0; i < 3; i++)
		if (card_piece(&piece, i, text, card_len, body, body_len))
			require(piece.len <= body_len);
	buf_done(&out);
}

static void check_date(const char *text, size_t len)
{
	struct buf out = { 0 };
	struct fiche_date d, again;
	int64_t begin, end;

	if (date_parse(&d, text, len)) {
		require(d.begin < d.end && d.precision != FICHE_DATE_NONE);
		date_format(&out, &d);
		require(date_parse(&again, (const char *)out.ptr, out.len));
		require(again.precision == d.precision);
		/* An hour of +05:30 does not begin with an hour of UTC. */
		require(again.begin == d.begin ||
		        d.precision == FICHE_DATE_HOUR);
	}
	if (date_parse_range(&begin, &end, text, len, 1700000000))
		require(begin <= end);
	buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	check_record(text, size);
	check_card(text, size);
	check_date(text, size);
	return 0;
}

/* Records, cards, and dates. */
bool fuzz_seed(size_t i, struct buf *out)
{
	static const char *const seeds[] = {
		"{\"id\":1,\"url\":\"https://A.example/x?utm_source=y&b=1#z\","
		"\"title\":\"T\",\"date\":\"2024-02-29T12:00:00+05:30\","
		"\"source\":{\"name\":\"N\"},\"tags\":[\"a\",\"b\"],"
		"\"maintext\":\"two\\nlines \\u00e9 \\ud83d\\ude00 \\/\"}",
		"{\"text\":\"\\u001f0:4\",\"a\":\"\\u001f255:1\"}",
		"{\"body\":[\"one\",{\"x\":[1e400,NaN,-0]}],\"b\":\"\\ud800\"}",
		"{\"metadata\":{\"source_domain\":\"b.example\"},\"authors\":"
		"\"A B, C D and E F\",\"content\":\"<p>x</p>\"}",
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"21 November 2007, 18:05",
		"2024-03..2024-05",
		"1452632548.0",
		"20071121180509",
		"21.11.2007",
	};

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	buf_text(out, seeds[i]);
	return buf_ok(out);
}
