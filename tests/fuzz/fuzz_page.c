/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_page.c - any bytes as a web page: its encoding, its tree and its text.
 * What the code promises to hold is checked, not only that it ends.
 */

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "page/charset.h"
#include "page/html.h"
#include "page/page.h"
#include "page/readable.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_tree(const struct html *h)
{
	require(h->count >= 1 && h->count <= HTML_NODES_MAX);
	require(h->nodes[0].tag == HTML_ROOT && h->nodes[0].end == h->count);
	for (uint32_t i = 1; i < h->count; i++) {
		const struct html_node *n = &h->nodes[i];

		require(n->tag > HTML_ROOT && n->tag < HTML_TAG_COUNT);
		require(n->parent < i && n->end > i);
		require(n->end <= h->nodes[n->parent].end);
		require(n->attr_at <= h->attr_count &&
		        n->attr_count <= h->attr_count - n->attr_at);
		require(utf8_is_valid(n->text.ptr, n->text.len));
	}
	for (uint32_t i = 0; i < h->attr_count; i++) {
		require(h->attrs[i].name.len > 0);
		require(utf8_is_valid(h->attrs[i].value.ptr,
		                      h->attrs[i].value.len));
	}
}

static void check_text(const struct html *h, struct fiche_text hint)
{
	struct buf out = { 0 };

	require(readable_put(&out, h, hint, NULL) == 0);
	require(utf8_is_valid((const char *)out.ptr, out.len));
	buf_clear(&out);
	html_put_inline(&out, h, 0);
	require(utf8_is_valid((const char *)out.ptr, out.len));
	buf_done(&out);
}

/* The bytes before the first NUL as a label, if there are some. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t skip = nul && nul - data < 16 ? (size_t)(nul - data) + 1 : 0;
	const char *label = skip ? (const char *)data : NULL;
	struct fiche_text text, hint = { "", 0 };
	struct arena arena = { 0 };
	struct buf utf8 = { 0 }, out = { 0 };
	struct html h;

	require(charset_to_utf8(&text, &utf8, NULL, data + skip, size - skip,
	                        label, true, NULL) == 0);
	require(utf8_is_valid(text.ptr, text.len));
	require(html_parse(&h, &arena, text.ptr, text.len, NULL) == 0);
	check_tree(&h);
	check_text(&h, hint);
	check_text(&h, text);
	require(page_html_text(&out, text.ptr, text.len, NULL) == 0);
	require(utf8_is_valid((const char *)out.ptr, out.len));
	buf_done(&out);
	buf_done(&utf8);
	arena_done(&arena);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	static const char *const seeds[] = {
		"<!doctype html><html lang=en><head><meta charset=utf-8>"
		"<title>A &amp; B</title><script>if (a < b) c();</script>"
		"</head><body class='x has-sidebar'><nav><ul><li><a href=/>1"
		"</a><li><a>2</a></ul></nav><main><article><h1>A</h1>"
		"<p>One sentence, and another, which is long enough to be one "
		"paragraph of a story.<p>Two &mdash; &#8220;q&#x201d; &#150;"
		"<br><br>Three</article></main><footer>c</footer></body>",
		"<table><tr><td>a<td>b<tr><th>c</table><select><option>1"
		"<option>2</select><dl><dt>a<dd>b</dl><pre>x\n\ny</pre>",
		"<a><div><b><i>x</a>y</b></div><form><div>z</form></div>"
		"</p></br><![CDATA[d]]><!-- e --!> "
		"--><textarea></x></textarea>",
		"<h3><a href=x>t</a></h3><p>u<h3><a>v</a></h3><p>w<h3><a>x</a>"
		"</h3><p>y",
		"<meta charset='koi8-r'>\xe4\xcf\xcd "
		"<p>\xf0\xd2\xc9\xd7\xc5\xd4",
		"<?xml version='1.0' encoding='shift_jis'?>\x93\xfa\x96\x7b",
		"\xff\xfe<\0p\0>\0a\0\x3d\xd8\x00\xde",
		"<div>\xe5\xb8\x82\xe8\xae\xae\xe4\xbc\x9a\xef\xbc\x8c\xe3\x80"
		"\x80\xe4\xbb\x8a\xe5\xa4\xa9</div>",
	};
	static const size_t wide = 6;

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	if (i == wide)
		buf_put(out, seeds[i], 14);
	else
		buf_text(out, seeds[i]);
	return buf_ok(out);
}
