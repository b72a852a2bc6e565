/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_facts.c - any bytes as a web page and as a plain text: what becomes a
 * fact is text without line ends, and every date can be read.
 */

#include <stdlib.h>
#include <string.h>

#include "article/date.h"
#include "article/json.h"
#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "page/page.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_text(struct fiche_text t)
{
	require(utf8_is_valid(t.ptr, t.len));
	for (size_t i = 0; i < t.len; i++)
		require((unsigned char)t.ptr[i] >= ' ');
	require(t.len == 0 || (t.ptr[0] != ' ' && t.ptr[t.len - 1] != ' '));
}

static void check_list(const struct list *l)
{
	require(l->count <= LIST_MAX);
	for (size_t i = 0; i < l->count; i++) {
		require(l->items[i].len > 0);
		check_text(l->items[i]);
	}
}

/* A date, or an EDTF day whose year nobody wrote. */
static void check_date(struct fiche_text t)
{
	struct fiche_date d;

	check_text(t);
	require(t.len == 0 || date_parse(&d, t.ptr, t.len) ||
	        (t.len == 10 && memcmp(t.ptr, "XXXX-", 5) == 0));
}

static void check_card(const struct facts *f)
{
	struct buf card = { 0 };
	struct json_scanner s;
	struct json_item item;
	enum json_type type;

	facts_put(&card, f, NULL, NULL);
	require(buf_ok(&card));
	json_init(&s, (const char *)card.ptr, card.len);
	while ((type = json_next(&s, &item)) != JSON_END)
		require(type != JSON_BAD);
	buf_done(&card);
}

static void check_facts(const struct facts *f)
{
	const struct fiche_text texts[] = { f->url,      f->id,
		                            f->title,    f->source,
		                            f->language, f->site_name,
		                            f->section,  f->summary };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		check_text(texts[i]);
	check_date(f->published);
	check_date(f->modified);
	check_list(&f->authors);
	check_list(&f->tags);
	check_list(&f->candidates);
	for (size_t i = 0; i < f->candidates.count; i++)
		check_date(f->candidates.items[i]);
	require(utf8_is_valid(f->text.ptr, f->text.len));
	check_card(f);
}

static void read_one(bool html, const uint8_t *data, size_t size)
{
	const struct page_options opt = { NULL, 1767225600 };
	struct arena arena = { 0 };
	struct facts f;
	int r;

	facts_init(&f, &arena);
	r = html ? page_read_html(&f, data, size, &opt, NULL)
	         : page_read_text(&f, data, size, &opt, NULL);
	require(r == 0 && !f.failed);
	check_facts(&f);
	arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_one(true, data, size);
	read_one(false, data, size);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	static const char *const seeds[] = {
		"<html lang=fr><title>Tide | Isle Post</title>"
		"<meta property=og:title content='Tide &amp;amp; ebb'>"
		"<meta property=article:published_time content='3/4/2021 "
		"14h05'>"
		"<meta name=keywords content='a,b;c'><meta name=author "
		"content='By A B, C D et E F'><meta property=og:site_name "
		"content='Isle Post'><link rel=canonical "
		"href='../2024/03/05/t'>"
		"<base href=https://isle.example/a/b><h1>Tide</h1>"
		"<span class=byline>By Ann Roe</span><time class=published "
		"datetime=2024-03-05T08:00+01:00>5. M\xc3\xa4rz 2024</time>",
		"<script type='application/ld+json'>//<![CDATA[\n{\"@graph\":[{"
		"\"@type\":[\"NewsArticle\",\"x\"],\"headline\":\"T<i>i</"
		"i>d\\u0065"
		"\",\"author\":[{\"@id\":\"#p\"},\"B\"],\"keywords\":[\"a,b\"],"
		"\"datePublished\":\"Fri Apr 28 19:20:36 CEST "
		"2023\",\"publisher\":"
		"{\"name\":[\"P\"]},\"url\":\"https://isle.example/\","
		"\"articleBody\":\"a<p>b\"},{\"@id\":\"#p\",\"name\":\"Ann "
		"Roe\"},"
		"]};</script><h1>Tide</h1>",
		"Isle Post\nSubscribe\n\nFerries will stop if the pier "
		"closes\n\n"
		"PORT ELM, November 21 (Isle Wire) - The harbour master said "
		"on "
		"Wednesday that ferries will stop if the pier closes in 1999.\n"
		"\nHe spoke after a meeting of the council, which had asked "
		"for "
		"a plan and did not get one.\n\nShare\nlog in or register\n",
		"МОСКВА, 21 ноября. /ТАСС/. Порт открыт в среду.\r\n",
		"\xe6\x96\xb0\xe5\x8d\x8e\xe7\xa4\xbe\xe5\x8c\x97\xe4\xba\xac"
		"3\xe6\x9c\x88"
		"5\xe6\x97\xa5\xe7\x94\xb5",
		"Tide\n\nPublished: 5 March 2024, 8:05 pm (GMT)\n\nThe tide.\n",
	};

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	buf_text(out, seeds[i]);
	return buf_ok(out);
}
