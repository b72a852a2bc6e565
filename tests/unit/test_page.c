/* SPDX-License-Identifier: Apache-2.0 */
/* test_page.c - page/page: which of the many things that a page says about
 * itself becomes a fact. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "page/links.h"
#include "page/page.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define NOW      1767225600 /* 2026-01-01 */

struct reading {
	struct arena arena;
	struct facts f;
	struct buf card;
};

static int read_page(struct reading *r, const char *html, size_t len,
                     const char *url)
{
	const struct page_options opt = { NULL, NOW };

	memset(r, 0, sizeof(*r));
	facts_init(&r->f, &r->arena);
	if (url)
		facts_set(&r->f, &r->f.url,
		          (struct fiche_text){ url, strlen(url) });
	return page_read_html(&r->f, html, len, &opt, NULL);
}

static void read_done(struct reading *r)
{
	arena_done(&r->arena);
	buf_done(&r->card);
}

struct row {
	const char *rule;
	const char *html;
	const char *url; /* known from outside, or NULL */
	const char *card;
};

static void check(const struct row *rows, size_t count)
{
	struct reading r;

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(read_page(&r, rows[i].html,
		                           strlen(rows[i].html), rows[i].url),
		                 0);
		assert_true(r.f.has_text);
		facts_put(&r.card, &r.f, NULL, NULL);
		buf_u8(&r.card, '\0');
		if (strcmp((char *)r.card.ptr, rows[i].card) != 0)
			fail_msg("%s: %s", rows[i].rule, (char *)r.card.ptr);
		read_done(&r);
	}
}

#define LD(json) "<script type=\"application/ld+json\">" json "</script>"

static const struct row jsonld_rows[] = {
	{ "an article",
	  LD("{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\","
	     "\"headline\":\"Ferries &amp; <i>fish</i>\","
	     "\"datePublished\":\"2024-03-05T08:00:00+01:00\","
	     "\"dateModified\":\"2024-03-06\",\"author\":{\"name\":\"Ann "
	     "Roe\"},"
	     "\"publisher\":{\"name\":\"Isle Post\"},\"inLanguage\":\"en-GB\","
	     "\"keywords\":[\"port\",\"fish\"],\"articleSection\":\"Harbours\","
	     "\"description\":\"About fish.\",\"identifier\":77,"
	     "\"url\":\"https://www.isle.example/a\"}"),
	  NULL,
	  "{\"url\":\"https://www.isle.example/a\",\"id\":\"77\","
	  "\"title\":\"Ferries & fish\","
	  "\"published\":\"2024-03-05T08:00:00+01:00\","
	  "\"modified\":\"2024-03-06\",\"source\":\"isle.example\","
	  "\"site_name\":\"Isle Post\",\"authors\":[\"Ann Roe\"],"
	  "\"tags\":[\"port\",\"fish\"],\"language\":\"en-GB\","
	  "\"section\":\"Harbours\",\"summary\":\"About fish.\"}" },
	{ "a graph, whose persons are referred to",
	  LD("{\"@graph\":[{\"@type\":\"WebPage\",\"name\":\"Page\"},"
	     "{\"@type\":[\"Thing\",\"schema:Article\"],\"headline\":\"Tides\","
	     "\"author\":[{\"@id\":\"#p\"},\"Bob Doe, Cid Poe\"],"
	     "\"publisher\":{\"@id\":\"#o\"}},"
	     "{\"@id\":\"#p\",\"name\":\"Ann Roe\"},"
	     "{\"@id\":\"#o\",\"name\":\"Isle Post\"}]}"),
	  NULL,
	  "{\"title\":\"Tides\",\"source\":\"Isle Post\","
	  "\"site_name\":\"Isle Post\","
	  "\"authors\":[\"Ann Roe\",\"Bob Doe\",\"Cid Poe\"]}" },
	{ "the article at this address, not the first",
	  "<link rel=canonical href=https://isle.example/b/>" LD(
		  "[{\"@type\":\"Article\",\"headline\":\"A\",\"url\":"
		  "\"https://isle.example/"
		  "a\"},{\"@type\":\"Article\",\"headline\":"
		  "\"B\",\"mainEntityOfPage\":{\"@id\":\"http://"
		  "www.isle.example/b\"}"
		  "}]"),
	  NULL,
	  "{\"url\":\"https://isle.example/b/\",\"title\":\"B\","
	  "\"source\":\"isle.example\"}" },
	{ "others, in lists, are others",
	  "<title>Fish</title>" LD(
		  "{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":"
		  "\"NewsArticle\",\"headline\":\"Other\"}]}"),
	  NULL, "{\"title\":\"Fish\"}" },
	{ "wrapped, with a raw line end, a comma and a semicolon too many",
	  LD("//"
	     "<![CDATA[\n<!--{\"@type\":\"Report\",\"headline\":\"Two\nlines\","
	     "\"keywords\":\"a, b\",};\n//]]>"),
	  NULL, "{\"title\":\"Two lines\",\"tags\":[\"a\",\"b\"]}" },
	{ "cut off",
	  LD("{\"@type\":\"Article\",\"headline\":\"Fish\",\"author\":[{"
	     "\"name\":"
	     "\"Ann Roe\""),
	  NULL, "{\"title\":\"Fish\",\"authors\":[\"Ann Roe\"]}" },
	{ "no date at all, as machines write it",
	  "<meta property=article:published_time content=2024-03-05>" LD(
		  "{\"@type\":\"Article\",\"headline\":\"Fish\","
		  "\"datePublished\":"
		  "\"0001-01-01T00:00:00Z\"}"),
	  NULL, "{\"title\":\"Fish\",\"published\":\"2024-03-05\"}" },
	{ "the same day, but finer",
	  "<meta property=article:published_time "
	  "content=2024-03-05T08:00:00+00:00>" LD(
		  "{\"@type\":\"Article\",\"headline\":\"Fish\","
		  "\"datePublished\":"
		  "\"2024-03-05\"}"),
	  NULL,
	  "{\"title\":\"Fish\",\"published\":\"2024-03-05T08:00:00+00:00\"}" },
	{ "a headline that was cut off",
	  "<h1>Ferries stop at the pier</h1>" LD(
		  "{\"@type\":\"Article\",\"headline\":\"Ferries "
		  "stop\xe2\x80\xa6\"}"),
	  NULL, "{\"title\":\"Ferries stop at the pier\"}" },
	{ "what people and the head agree on",
	  "<meta property=og:title content='Ferries stop'><h1>Ferries "
	  "stop</h1>" LD("{\"@type\":\"Article\",\"headline\":\"10 facts about "
	                 "ferries\"}"),
	  NULL, "{\"title\":\"Ferries stop\"}" },
	{ "not JSON", LD("no {"), NULL, "{}" },
};

static void jsonld_is_read_as_far_as_it_goes(void **state)
{
	(void)state;
	check(jsonld_rows, COUNT(jsonld_rows));
}

static const struct row meta_rows[] = {
	{ "the vocabulary of social networks",
	  "<html lang=de><title>Tide - Isle Post</title>"
	  "<meta property=og:title content='Tide &amp;amp; more | Isle Post'>"
	  "<meta property=og:site_name content='Isle Post'>"
	  "<meta property=og:url content='http://isle.example/t'>"
	  "<meta property=article:published_time content='5. M\xc3\xa4rz 2024, "
	  "8:00 Uhr'>"
	  "<meta property=article:modified_time content=2024-03-06>"
	  "<meta property=article:author content=https://social.example/ann>"
	  "<meta name=author content='Von Ann Roe'>"
	  "<meta property=article:tag content='a, b'>"
	  "<meta property=article:tag content=c>"
	  "<meta name=keywords content=nothing>"
	  "<meta property=article:section content=H\xc3\xa4"
	  "fen>"
	  "<meta name=description content=' About\ntides '>",
	  NULL,
	  "{\"url\":\"http://isle.example/t\",\"title\":\"Tide & more\","
	  "\"published\":\"2024-03-05T08:00\",\"modified\":\"2024-03-06\","
	  "\"source\":\"isle.example\",\"site_name\":\"Isle Post\","
	  "\"authors\":[\"Ann Roe\"],\"tags\":[\"a, b\",\"c\"],"
	  "\"language\":\"de\",\"section\":\"H\xc3\xa4"
	  "fen\",\"summary\":\"About tides\"}" },
	{ "libraries and analytics",
	  "<meta name=DC.Title content=Tide><meta name=DC:date.issued "
	  "content=2024-03-05><meta name=citation_author content='Ann Roe'>"
	  "<meta name=citation_author content='Bob Doe'>"
	  "<meta name=parsely-tags content='a,b'>"
	  "<meta name=dcterms.publisher content='Isle Post'>"
	  "<meta name=dc.identifier content=x1>"
	  "<meta http-equiv=content-language content=en>",
	  NULL,
	  "{\"id\":\"x1\",\"title\":\"Tide\",\"published\":\"2024-03-05\","
	  "\"source\":\"Isle Post\",\"site_name\":\"Isle Post\","
	  "\"authors\":[\"Ann Roe\",\"Bob Doe\"],\"tags\":[\"a\",\"b\"],"
	  "\"language\":\"en\"}" },
	{ "an address without its beginning",
	  "<link rel=canonical href=/2024/03/05/tide>",
	  "https://isle.example/x",
	  "{\"url\":\"https://isle.example/x\",\"source\":\"isle.example\"}" },
	{ "an address whose host ends with a blank",
	  "<link rel=canonical href='https://isle /t'>", NULL,
	  "{\"url\":\"https://isle /t\",\"source\":\"isle\"}" },
	{ "an address without its beginning, and none known",
	  "<base href=https://isle.example/a/b><link rel=canonical href=tide>",
	  NULL,
	  "{\"url\":\"https://isle.example/a/tide\",\"source\":"
	  "\"isle.example\"}" },
	{ "an address with a day",
	  "<link rel=canonical href=https://isle.example/2024/03/05/tide>",
	  NULL,
	  "{\"url\":\"https://isle.example/2024/03/05/tide\","
	  "\"published\":\"2024-03-05\",\"source\":\"isle.example\"}" },
	{ "a date to come, an encoding as language, a number as author",
	  "<meta property=article:published_time content=2031-01-01>"
	  "<meta name=language content=utf-8><meta name=author content=1234>",
	  NULL, "{}" },
	{ "an ambiguous date, and who says which",
	  "<html lang=fr><meta name=date content=3/4/2021>", NULL,
	  "{\"published\":\"2021-04-03\",\"language\":\"fr\"}" },
	{ "an ambiguous date",
	  "<html lang=en><meta name=date content=3/4/2021>", NULL,
	  "{\"language\":\"en\"}" },
	{ "a title with its site's host",
	  "<link rel=canonical href=https://www.isle-post.example/>"
	  "<title>Isle Post: Tide - and more</title>",
	  NULL,
	  "{\"url\":\"https://www.isle-post.example/\",\"title\":\"Tide - and "
	  "more\",\"source\":\"isle-post.example\"}" },
	{ "a title of which nobody knows where it ends",
	  "<title>Tide - Isle Post</title>", NULL,
	  "{\"title\":\"Tide - Isle Post\"}" },
	{ "a heading that knows",
	  "<title>Tide - Isle Post</title><h1>Tide</h1>", NULL,
	  "{\"title\":\"Tide\"}" },
};

static void the_head_is_read_in_many_vocabularies(void **state)
{
	(void)state;
	check(meta_rows, COUNT(meta_rows));
}

static const struct row visible_rows[] = {
	{ "microdata",
	  "<h1 itemprop=headline>Tide</h1><span itemprop=author>By Ann "
	  "Roe</span><meta itemprop=datePublished content=2024-03-05>"
	  "<time itemprop=dateModified datetime=2024-03-06>yesterday</time>",
	  NULL,
	  "{\"title\":\"Tide\",\"published\":\"2024-03-05\","
	  "\"modified\":\"2024-03-06\",\"authors\":[\"Ann Roe\"]}" },
	{ "time below the headline, not beside another story",
	  "<aside><time datetime=2020-01-01></time></aside><h1>Tide</h1>"
	  "<time class=updated datetime=2024-03-06></time>"
	  "<time datetime=2024-03-05T08:00Z>5 Mar</time>"
	  "<time datetime=2020-01-02></time>",
	  NULL, "{\"title\":\"Tide\",\"published\":\"2024-03-05T08:00Z\"}" },
	{ "classes",
	  "<h1>Tide</h1><p class=article__byline>x</p><p class=byline>By <a "
	  "rel=author>Ann Roe</a></p><div class='post-date'>5 de marzo de "
	  "2024</div>",
	  NULL,
	  "{\"title\":\"Tide\",\"published\":\"2024-03-05\","
	  "\"authors\":[\"Ann Roe\"]}" },
	{ "text in pieces",
	  "<h1>Tide</h1><p>Isle, <b>5</b> <i>March</i> <span>2024</span></p>",
	  NULL, "{\"title\":\"Tide\",\"published\":\"5 March 2024\"}" },
	{ "the name of the site as a heading",
	  "<meta property=og:site_name content='Isle Post'><h1>ISLE POST</h1>"
	  "<title>Tide | Isle Post</title>",
	  NULL,
	  "{\"title\":\"Tide\",\"source\":\"Isle Post\","
	  "\"site_name\":\"Isle Post\"}" },
	{ "authors of comments are none",
	  "<h1>Tide</h1><a rel=author>Ann Roe</a>"
	  "<p>1<p>2<p>3<p>4<p>5<p>6<p>7<p>8<p>9<p>10<p>11<p>12<p>13<p>14<p>15"
	  "<p>16<p>17<p>18<p>19<p>20<p>21<a rel=author>Troll</a>",
	  NULL, "{\"title\":\"Tide\",\"authors\":[\"Ann Roe\"]}" },
	{ "a dateline, where nothing else tells",
	  "<h1>Tide</h1><article><p>PORT ELM, November 21 (Isle Wire) - The "
	  "harbour master said on Wednesday that ferries will stop, as they "
	  "did "
	  "in 2013, if the pier is closed.</p></article>",
	  NULL,
	  "{\"title\":\"Tide\",\"published\":\"XXXX-11-21\","
	  "\"published_candidates\":[\"2018-11-21\"]}" },
	{ "nothing", "", NULL, "{}" },
};

static void what_people_see_comes_last(void **state)
{
	(void)state;
	check(visible_rows, COUNT(visible_rows));
}

static void facts_from_outside_are_kept(void **state)
{
	static const char html[] =
		"<title>Tide</title><link rel=canonical "
		"href=https://b.example/>"
		"<meta property=article:published_time content=2024-03-05>";
	const struct page_options opt = { NULL, NOW };
	struct reading r;

	(void)state;
	memset(&r, 0, sizeof(r));
	facts_init(&r.f, &r.arena);
	facts_set(&r.f, &r.f.url,
	          (struct fiche_text){ "https://a.example/", 18 });
	facts_set(&r.f, &r.f.title, (struct fiche_text){ "Ebb", 3 });
	facts_set(&r.f, &r.f.source, (struct fiche_text){ "mine", 4 });
	assert_int_equal(
		page_read_html(&r.f, html, sizeof(html) - 1, &opt, NULL), 0);
	facts_put(&r.card, &r.f, NULL, NULL);
	buf_u8(&r.card, '\0');
	assert_string_equal(
		(char *)r.card.ptr,
		"{\"url\":\"https://a.example/\",\"title\":\"Ebb\","
		"\"published\":\"2024-03-05\",\"source\":\"mine\"}");
	read_done(&r);
}

/* ---- Links ---- */

static const char *const joins[][3] = {
	{ "https://a.example/b/c?d#e", "f", "https://a.example/b/f" },
	{ "https://a.example/b/c?d#e", "/f", "https://a.example/f" },
	{ "https://a.example/b/c?d#e", "?f", "https://a.example/b/c?f" },
	{ "https://a.example/b/c", "//f.example/g", "https://f.example/g" },
	{ "https://a.example/b/c/d", "../f", "https://a.example/b/f" },
	{ "https://a.example/b/c/d", "../../../../f", "https://a.example/f" },
	{ "https://a.example", "f", "https://a.example/f" },
	{ "https://a.example?b", "./f", "https://a.example/f" },
	{ "", "HTTP://a.example/", "HTTP://a.example/" },
	{ "", "f", "" },
	{ "https://a.example/", "javascript:f", "" },
	{ "https://a.example/", "#f", "" },
	{ "https://a.example/", "", "" },
	{ "https://", "f", "" },
};

static void relative_addresses_are_made_whole(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(joins); i++) {
		buf_clear(&out);
		links_join(
			&out,
			(struct fiche_text){ joins[i][0], strlen(joins[i][0]) },
			(struct fiche_text){ joins[i][1],
		                             strlen(joins[i][1]) });
		buf_u8(&out, '\0');
		assert_string_equal((char *)out.ptr, joins[i][2]);
	}
	buf_done(&out);
}

static const char *const days[][2] = {
	{ "https://a.example/2019/03/21/x", "2019-03-21" },
	{ "https://a.example/2019/3/1/x", "2019-03-01" },
	{ "https://a.example/x-2019-03-21.html", "2019-03-21" },
	{ "https://a.example/20190321/x", "2019-03-21" },
	{ "https://a.example/2019/03/x", "2019-03" },
	{ "https://a.example/2019/x", "" },
	{ "https://a.example/2019/13/21/x", "" },
	{ "https://a.example/2031/03/21/x", "" },
	{ "https://a.example/120190321/x", "" },
	{ "https://2019-03-21.example/x", "" },
};

static void addresses_tell_the_day(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(days); i++) {
		buf_clear(&out);
		links_put_day(
			&out,
			(struct fiche_text){ days[i][0], strlen(days[i][0]) },
			NOW);
		buf_u8(&out, '\0');
		assert_string_equal((char *)out.ptr, days[i][1]);
	}
	buf_done(&out);
}

/* ---- Hostile ---- */

static void large_pages_take_linear_time(void **state)
{
	static const char *const pieces[] = {
		"<meta name=author content='a b'>",
		"<meta property=article:tag content=x><meta name=date "
		"content=1>",
		"<h1>a",
		"<title>a | ",
		"<h1>a</h1><time datetime=1>",
		"<p class=byline rel=author>21",
		"<div class=date>",
		LD("{\"@type\":\"Article\",\"author\":{\"@id\":1}}"),
		LD("[[[["),
		"<script "
		"type=application/ld+json>{\"@type\":\"Article\",\"a\":",
		"<script type=application/ld+json>[{\"@id\":\"a\",",
		"<script type=application/ld+json>\"\\",
		"21 November ",
		"<link rel=canonical href=a>",
	};
	struct buf page = { 0 };
	struct reading r;

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		buf_clear(&page);
		/* The last script goes on to the end. */
		if (strncmp(pieces[i], "<script type=a", 14) == 0)
			buf_text(&page, "<script type=application/ld+json>");
		while (page.len < 1 << 20)
			buf_text(&page, strncmp(pieces[i], "<script type=a", 14)
			                        ? pieces[i]
			                        : pieces[i] + 33);
		assert_int_equal(
			read_page(&r, (char *)page.ptr, page.len, NULL), 0);
		read_done(&r);
	}
	buf_done(&page);
}

/* One with all of it. */
static const char whole[] =
	"<html lang=en><title>Tide | Isle Post</title>"
	"<meta property=og:title content='Tide &amp;amp; ebb | Isle Post'>"
	"<meta name=keywords content='a,b'><meta name=author content='By A B'>"
	"<link rel=canonical href='https://isle.example/2024/03/05/t'>" LD(
		"{\"@graph\":[{\"@type\":\"Article\",\"headline\":\"T<i>i</"
		"i>de\","
		"\"author\":[{\"@id\":\"#p\"}],\"articleBody\":\"The "
		"<p>tide\"},"
		"{\"@id\":\"#p\",\"name\":\"Ann Roe\"},]}") "<h1>Tide "
							    "&lt;b</h1><span "
							    "class=byline>By "
							    "Ann Roe</span>"
							    "<time "
							    "datetime=2024-03-"
							    "05T08:00>5 March "
							    "2024, 8 "
							    "am</time><p>The "
							    "tide.";

static void every_cut_of_a_page_is_read(void **state)
{
	struct reading r;
	char *copy;

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		/* Without room behind it. */
		copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, whole, len);
		assert_int_equal(read_page(&r, copy, len, NULL), 0);
		read_done(&r);
		free(copy);
	}
}

static void running_out_of_memory_is_reported(void **state)
{
	const struct page_options opt = { NULL, NOW };
	unsigned long fired;

	(void)state;
	for (long n = 0;; n++) {
		struct reading r;
		int result;

		memset(&r, 0, sizeof(r));
		facts_init(&r.f, &r.arena);
		alloc_fail_after(n, true);
		result = page_read_html(&r.f, whole, sizeof(whole) - 1, &opt,
		                        NULL);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		read_done(&r);
		if (fired == 0) {
			assert_int_equal(result, 0);
			break;
		}
		assert_int_equal(result, FICHE_ERR_NOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jsonld_is_read_as_far_as_it_goes),
		cmocka_unit_test(the_head_is_read_in_many_vocabularies),
		cmocka_unit_test(what_people_see_comes_last),
		cmocka_unit_test(facts_from_outside_are_kept),
		cmocka_unit_test(relative_addresses_are_made_whole),
		cmocka_unit_test(addresses_tell_the_day),
		cmocka_unit_test(large_pages_take_linear_time),
		cmocka_unit_test(every_cut_of_a_page_is_read),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
