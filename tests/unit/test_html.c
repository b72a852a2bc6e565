/* SPDX-License-Identifier: Apache-2.0 */
/* test_html.c - page/html: what becomes of the markup that people write. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "page/html.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* ---- One notation for trees: div.class[p["text"]] ---- */

static const char *tag_name(const struct html_node *n)
{
	static const char *const names[HTML_TAG_COUNT] = {
		[HTML_A] = "a",
		[HTML_ADDRESS] = "address",
		[HTML_B] = "b",
		[HTML_BODY] = "body",
		[HTML_BR] = "br",
		[HTML_BUTTON] = "button",
		[HTML_CAPTION] = "caption",
		[HTML_DD] = "dd",
		[HTML_DIV] = "div",
		[HTML_DL] = "dl",
		[HTML_DT] = "dt",
		[HTML_EM] = "em",
		[HTML_FORM] = "form",
		[HTML_H1] = "h1",
		[HTML_H2] = "h2",
		[HTML_H3] = "h3",
		[HTML_HEAD] = "head",
		[HTML_HR] = "hr",
		[HTML_HTML] = "html",
		[HTML_I] = "i",
		[HTML_IFRAME] = "iframe",
		[HTML_IMG] = "img",
		[HTML_INPUT] = "input",
		[HTML_LI] = "li",
		[HTML_LINK] = "link",
		[HTML_META] = "meta",
		[HTML_OL] = "ol",
		[HTML_OPTION] = "option",
		[HTML_P] = "p",
		[HTML_SCRIPT] = "script",
		[HTML_SELECT] = "select",
		[HTML_SPAN] = "span",
		[HTML_STYLE] = "style",
		[HTML_SVG] = "svg",
		[HTML_TABLE] = "table",
		[HTML_TBODY] = "tbody",
		[HTML_TD] = "td",
		[HTML_TEXTAREA] = "textarea",
		[HTML_TH] = "th",
		[HTML_THEAD] = "thead",
		[HTML_TITLE] = "title",
		[HTML_TR] = "tr",
		[HTML_UL] = "ul",
	};

	return names[n->tag] ? names[n->tag] : "?";
}

static void print_start(struct buf *out, const struct html *h, uint32_t i)
{
	const struct html_node *n = &h->nodes[i];

	if (n->tag == HTML_OTHER)
		buf_put(out, n->text.ptr, n->text.len);
	else
		buf_text(out, tag_name(n));
	for (uint32_t k = 0; k < n->attr_count; k++) {
		const struct html_attr *a = &h->attrs[n->attr_at + k];

		buf_printf(out, " %.*s", (int)a->name.len, a->name.ptr);
		if (a->value.len)
			buf_printf(out, "=%.*s", (int)a->value.len,
			           a->value.ptr);
	}
}

static void print_tree(struct buf *out, const struct html *h)
{
	uint32_t ends[HTML_DEPTH_MAX + 2], depth = 0;

	for (uint32_t i = 1; i <= h->count; i++) {
		for (; depth && i == ends[depth - 1]; depth--)
			buf_u8(out, ']');
		if (i == h->count)
			break;
		if (out->len && out->ptr[out->len - 1] != '[')
			buf_u8(out, ' ');
		if (h->nodes[i].tag == HTML_TEXT) {
			buf_printf(out, "\"%.*s\"", (int)h->nodes[i].text.len,
			           h->nodes[i].text.ptr);
			continue;
		}
		print_start(out, h, i);
		if (h->nodes[i].end > i + 1) {
			assert_true(depth < COUNT(ends));
			ends[depth++] = h->nodes[i].end;
			buf_u8(out, '[');
		}
	}
}

/* What html.h promises of the numbers. */
static void check_numbers(const struct html *h)
{
	assert_int_equal(h->nodes[0].tag, HTML_ROOT);
	assert_int_equal(h->nodes[0].end, h->count);
	for (uint32_t i = 1; i < h->count; i++) {
		const struct html_node *n = &h->nodes[i];

		assert_true(n->parent < i);
		assert_true(n->end > i);
		assert_true(n->end <= h->nodes[n->parent].end);
		assert_true(n->attr_at <= h->attr_count);
		assert_true(n->attr_count <= h->attr_count - n->attr_at);
	}
}

static void check_tree(const char *page, const char *expected)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct html h;

	assert_int_equal(html_parse(&h, &arena, page, strlen(page), NULL), 0);
	check_numbers(&h);
	print_tree(&out, &h);
	buf_u8(&out, '\0');
	assert_string_equal((char *)out.ptr, expected);
	buf_done(&out);
	arena_done(&arena);
}

struct row {
	const char *page, *tree;
};

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_tree(rows[i].page, rows[i].tree);
}

/* ---- Tags ---- */

static void tags_attributes_and_text_become_nodes(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "plain", "\"plain\"" },
		{ "<p>one</p><P>two</P>", "p[\"one\"] p[\"two\"]" },
		{ "<DIV CLASS=A Data-X='b c' hidden id=\"d\">x</div>",
		  "div class=A data-x=b c hidden id=d[\"x\"]" },
		{ "<a href = x >l</a>", "a href=x[\"l\"]" },
		{ "<a href=x/y/>l</a>", "a href=x/y/[\"l\"]" },
		{ "<a\nb\tc\r/d>e</a>", "a b c d[\"e\"]" },
		{ "<p a=\"1>2\">x", "p a=1>2[\"x\"]" },
		{ "<p ='x' y>z", "p ='x' y[\"z\"]" },
		{ "a<br>b<br/>c</br>d", "\"a\" br \"b\" br \"c\" br \"d\"" },
		{ "<img src=x><hr>t", "img src=x hr \"t\"" },
		{ "<div/>x", "div[\"x\"]" },
		{ "<svg><path d=x /><rect/></svg>y",
		  "svg[path d=x rect] \"y\"" },
		{ "<o:p/>x<o:p>y</o:p>", "o:p \"x\" o:p[\"y\"]" },
		{ "1 < 2 <3 <", "\"1 < 2 <3 <\"" },
		{ "a</ b>c</3>d", "\"a\" \"c\" \"d\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void comments_and_declarations_leave_no_nodes(void **state)
{
	static const struct row rows[] = {
		{ "<!DOCTYPE html><?xml version='1.0'?>x", "\"x\"" },
		{ "a<!-- <p> -- > -->b", "\"a\" \"b\"" },
		{ "a<!-->b<!--->c<!---->d", "\"a\" \"b\" \"c\" \"d\"" },
		{ "<![CDATA[a <b> ]]>c", "\"a <b> \" \"c\"" },
		{ "<![CDATA[a>b", "\"b\"" },
		/* To a browser the rest would be gone. */
		{ "a<!-- b> c<p>d<!-- e", "\"a\" \" c\" p[\"d\"]" },
		{ "<![if IE]>x<![endif]>y", "\"x\" \"y\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void markup_means_nothing_in_scripts_and_titles(void **state)
{
	static const struct row rows[] = {
		{ "<script>a<b>&amp;</p></SCRIPT >x",
		  "script[\"a<b>&amp;</p>\"] \"x\"" },
		{ "<script></scripts></script>x",
		  "script[\"</scripts>\"] \"x\"" },
		{ "<style>a</style><p>x", "style[\"a\"] p[\"x\"]" },
		{ "<script>a", "script[\"a\"]" },
		{ "<title>A &amp; <b></title>x", "title[\"A & <b>\"] \"x\"" },
		{ "<title>A<p>x", "title[\"A\"] p[\"x\"]" },
		{ "<textarea><p>&lt;</textarea>x",
		  "textarea[\"<p>&lt;\"] \"x\"" },
		{ "<iframe><p></iframe>x", "iframe[\"<p>\"] \"x\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* ---- The tree ---- */

static void some_elements_end_others(void **state)
{
	static const struct row rows[] = {
		{ "<p>a<p>b<div>c</div>d",
		  "p[\"a\"] p[\"b\"] div[\"c\"] \"d\"" },
		{ "<p><b>a<div>b</div>", "p[b[\"a\"]] div[\"b\"]" },
		{ "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>",
		  "ul[li[\"a\"] li[\"b\" ul[li[\"c\"]]] li[\"d\"]]" },
		{ "<li><div>a<li>b", "li[div[\"a\"]] li[\"b\"]" },
		{ "<dl><dt>a<dd>b<dt>c</dl>",
		  "dl[dt[\"a\"] dd[\"b\"] dt[\"c\"]]" },
		{ "<table><tr><td>a<td>b<tr><th>c</table>d",
		  "table[tr[td[\"a\"] td[\"b\"]] tr[th[\"c\"]]] \"d\"" },
		{ "<table><thead><tr><td>a<tbody><tr><td>b</table>",
		  "table[thead[tr[td[\"a\"]]] tbody[tr[td[\"b\"]]]]" },
		{ "<table><tr><td><table><tr><td>a</table>b<td>c</table>",
		  "table[tr[td[table[tr[td[\"a\"]]] \"b\"] td[\"c\"]]]" },
		{ "<select><option>a<option>b</select>",
		  "select[option[\"a\"] option[\"b\"]]" },
		{ "<h1>a<h2>b</h1>c", "h1[\"a\"] h2[\"b\"] \"c\"" },
		{ "<a>x<a>y</a>", "a[\"x\"] a[\"y\"]" },
		{ "<head><meta a><p>x", "head[meta a] p[\"x\"]" },
		{ "<head><title>t</title><body>x",
		  "head[title[\"t\"]] body[\"x\"]" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void ends_close_what_is_open_and_nothing_else(void **state)
{
	static const struct row rows[] = {
		{ "</p></div></b>x", "\"x\"" },
		{ "<div><p>a</div>b", "div[p[\"a\"]] \"b\"" },
		{ "<div><span>a</div>b", "div[span[\"a\"]] \"b\"" },
		{ "<span><div>a</span>b</div>c",
		  "span[div[\"a\" \"b\"] \"c\"]" },
		{ "<table><tr><td>a</div></td></table>b",
		  "table[tr[td[\"a\"]]] \"b\"" },
		{ "<div><table><tr><td></div>a</table>b</div>c",
		  "div[table[tr[td[\"a\"]]] \"b\"] \"c\"" },
		{ "<x-a><x-b>c</x-a>d", "x-a[x-b[\"c\"]] \"d\"" },
		{ "<html><body>a</body></html>b<html c><body d>e",
		  "html[body[\"a\" \"b\" \"e\"]]" },
		{ "<p>never <b>closed", "p[\"never \" b[\"closed\"]]" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void what_a_link_had_to_close_is_opened_again(void **state)
{
	static const struct row rows[] = {
		{ "<div><a><div c>x</a>y</div>z</div>w",
		  "div[a[div c[\"x\"]] div c[\"y\"] \"z\"] \"w\"" },
		{ "<b><p>x</b>y</p>z", "b[p[\"x\"]] p[\"y\"] \"z\"" },
		{ "<form><div>x</form>y</div>z",
		  "form[div[\"x\"]] div[\"y\"] \"z\"" },
		{ "<a><div>x<a>y</a></div>z",
		  "a[div[\"x\"]] div[a[\"y\"]] \"z\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* ---- References ---- */

static void references_are_resolved_as_in_browsers(void **state)
{
	static const struct row rows[] = {
		{ "&lt;&gt;&amp;&quot;&apos;", "\"<>&\"'\"" },
		{ "&eacute;&EACUTE;", "\"é&EACUTE;\"" },
		{ "&hellip;&mdash;&euro;&nbsp;", "\"…—€\u00a0\"" },
		{ "&copy &copyx &amp", "\"© ©x &\"" },
		{ "&hellip &unknown; & &;", "\"&hellip &unknown; & &;\"" },
		{ "&notit; &notin;", "\"¬it; ∉\"" },
		{ "&#65;&#x42;&#X43&#68", "\"ABCD\"" },
		{ "&#150;&#x93;&#8220;&#129;", "\"–““\xc2\x81\"" },
		{ "&#0;&#xd800;&#x110000;&#99999999999;",
		  "\"\ufffd\ufffd\ufffd\ufffd\"" },
		{ "&#x1f600;", "\"😀\"" },
		{ "&#;&#x;&#", "\"&#;&#x;&#\"" },
		{ "<a b='?x&amp;y&copy=1&copy;&copy'>", "a b=?x&y&copy=1©©" },
		{ "&amp;lt;", "\"&lt;\"" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* ---- Limits ---- */

static void parse_repeated(struct html *h, struct arena *arena,
                           const char *head, const char *piece, size_t count,
                           const char *tail)
{
	struct buf page = { 0 };
	char *text;

	buf_text(&page, head);
	for (size_t i = 0; i < count; i++)
		buf_text(&page, piece);
	buf_text(&page, tail);
	assert_true(buf_ok(&page));
	text = arena_strndup(arena, (const char *)page.ptr, page.len);
	assert_non_null(text);
	assert_int_equal(html_parse(h, arena, text, page.len, NULL), 0);
	check_numbers(h);
	buf_done(&page);
}

static void hostile_pages_make_no_more_nodes_than_tags(void **state)
{
	static const struct {
		const char *head, *piece, *tail;
		uint32_t nodes_per_piece, more;
	} rows[] = {
		{ "", "<div>", "x", 1, 2 },
		{ "", "<b>", "x", 1, 2 },
		{ "", "</b>", "x", 0, 2 },
		{ "<b>", "</b>", "x", 0, 3 },
		{ "", "<x>", "</y>", 1, 1 },
		{ "", "<!--", "x", 0, 2 },
		{ "", "<![CDATA[", "x", 0, 2 },
		{ "", "<title>", "x", 1, 2 },
		{ "", "<textarea>", "x", 1, 2 },
		{ "", "<a ", "x", 0, 1 },
		{ "", "<a b='", "x", 0, 2 },
		{ "<p", " a", ">x", 0, 3 },
		{ "", "<a><div>", "x", 4, 2 },
		{ "", "&#", "x", 0, 2 },
		{ "", "&a", "x", 0, 2 },
		{ "", "<", "x", 0, 2 },
		{ "", "<table>", "x", 1, 2 },
		{ "", "<li><ul>", "x", 2, 2 },
		{ "<script>", "</script", "x", 0, 3 },
	};
	const uint32_t count = 100000;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = { 0 };
		struct html h;

		parse_repeated(&h, &arena, rows[i].head, rows[i].piece, count,
		               rows[i].tail);
		assert_true(h.count <=
		            rows[i].nodes_per_piece * count + rows[i].more);
		arena_done(&arena);
	}
}

static void elements_too_deep_are_children_of_the_deepest(void **state)
{
	struct arena arena = { 0 };
	struct html h;
	uint32_t depth, deepest = 0;

	(void)state;
	parse_repeated(&h, &arena, "", "<div>", 1000, "<p>x</p>");
	assert_int_equal(h.count, 1003);
	for (uint32_t i = 1; i < h.count; i++) {
		depth = 0;
		for (uint32_t n = i; n; n = h.nodes[n].parent)
			depth++;
		deepest = depth > deepest ? depth : deepest;
	}
	assert_int_equal(deepest, HTML_DEPTH_MAX);
	assert_false(h.cut);
	arena_done(&arena);
}

static void a_page_with_too_many_nodes_is_cut(void **state)
{
	struct arena arena = { 0 };
	struct html h;

	(void)state;
	parse_repeated(&h, &arena, "", "<br>", HTML_NODES_MAX + 5, "x");
	assert_true(h.cut);
	assert_int_equal(h.count, HTML_NODES_MAX);
	arena_done(&arena);
}

static void every_truncated_page_is_a_tree(void **state)
{
	static const char page[] =
		"<!doctype html><html lang='en'><head><title>A&amp;B</title>"
		"<script>x</script></head><body class=\"a b\"><!-- c --><p>d"
		"<a href=x>e</a><table><tr><td>f</table><![CDATA[g]]></html>";

	(void)state;
	for (size_t len = 0; len < sizeof(page); len++) {
		struct arena arena = { 0 };
		/* Exactly as long, for the sanitizer to see. */
		char *text = alloc_bytes(len);
		struct html h;

		assert_non_null(text);
		memcpy(text, page, len);
		assert_int_equal(html_parse(&h, &arena, text, len, NULL), 0);
		check_numbers(&h);
		arena_done(&arena);
		alloc_free(text);
	}
}

static void running_out_of_memory_is_reported(void **state)
{
	static const char page[] = "<DIV A='&amp;'><p>a<b>b&lt;</div>";
	int r = -1;

	(void)state;
	for (long n = 0; r < 0 && n < 100; n++) {
		struct arena arena = { 0 };
		struct fiche_error err = { 0 };
		struct html h = { 0 };

		alloc_fail_after(n, true);
		r = html_parse(&h, &arena, page, strlen(page), &err);
		alloc_fail_after(-1, false);
		if (r < 0) {
			assert_int_equal(r, FICHE_ERR_NOMEM);
			assert_null(h.nodes);
		}
		arena_done(&arena);
	}
	assert_int_equal(r, 0);
}

/* ---- Asking ---- */

static void attributes_and_words_are_found_by_name(void **state)
{
	static const char page[] =
		"<p class=' One two\n' CLASS=x data-a=b></p><p>";
	struct arena arena = { 0 };
	struct html h;

	(void)state;
	assert_int_equal(html_parse(&h, &arena, page, strlen(page), NULL), 0);
	assert_memory_equal(html_attr(&h, 1, "data-a").ptr, "b", 1);
	assert_int_equal(html_attr(&h, 1, "data").len, 0);
	assert_true(html_attr_has(&h, 1, "class", "one"));
	assert_true(html_attr_has(&h, 1, "class", "TWO"));
	assert_false(html_attr_has(&h, 1, "class", "tw"));
	assert_false(html_attr_has(&h, 1, "class", "x"));
	assert_false(html_attr_has(&h, 2, "class", "one"));
	arena_done(&arena);
}

static void inline_text_is_folded(void **state)
{
	static const char page[] = "<h1> a\n<b>b</b>c<br>d&nbsp; "
				   "<script>e</script><p>f</p>g </h1>";
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct html h;

	(void)state;
	assert_int_equal(html_parse(&h, &arena, page, strlen(page), NULL), 0);
	html_put_inline(&out, &h, 1);
	buf_u8(&out, '\0');
	assert_string_equal((char *)out.ptr, "a bc d f g");
	buf_done(&out);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_attributes_and_text_become_nodes),
		cmocka_unit_test(comments_and_declarations_leave_no_nodes),
		cmocka_unit_test(markup_means_nothing_in_scripts_and_titles),
		cmocka_unit_test(some_elements_end_others),
		cmocka_unit_test(ends_close_what_is_open_and_nothing_else),
		cmocka_unit_test(what_a_link_had_to_close_is_opened_again),
		cmocka_unit_test(references_are_resolved_as_in_browsers),
		cmocka_unit_test(hostile_pages_make_no_more_nodes_than_tags),
		cmocka_unit_test(elements_too_deep_are_children_of_the_deepest),
		cmocka_unit_test(a_page_with_too_many_nodes_is_cut),
		cmocka_unit_test(every_truncated_page_is_a_tree),
		cmocka_unit_test(running_out_of_memory_is_reported),
		cmocka_unit_test(attributes_and_words_are_found_by_name),
		cmocka_unit_test(inline_text_is_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
