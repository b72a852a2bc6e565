/* SPDX-License-Identifier: Apache-2.0 */
/* html_node.c - asking the nodes of a page; see html.h. */

#include <string.h>

#include "base/buf.h"
#include "page/html.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct fiche_text html_attr(const struct html *h, uint32_t node,
                            const char *name)
{
	const struct html_node *n = &h->nodes[node];
	size_t len = strlen(name);

	for (uint32_t i = 0; i < n->attr_count; i++) {
		const struct html_attr *a = &h->attrs[n->attr_at + i];

		if (a->name.len == len && memcmp(a->name.ptr, name, len) == 0)
			return a->value;
	}
	return (struct fiche_text){ "", 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

bool html_attr_has(const struct html *h, uint32_t node, const char *name,
                   const char *word)
{
	struct fiche_text value = html_attr(h, node, name);
	size_t len = strlen(word), at = 0, from, i;

	while (at < value.len) {
		if (is_blank(value.ptr[at])) {
			at++;
			continue;
		}
		for (from = at; at < value.len && !is_blank(value.ptr[at]);)
			at++;
		for (i = 0; i < len && from + i < at; i++)
			if (lower(value.ptr[from + i]) != lower(word[i]))
				break;
		if (i == len && from + len == at)
			return true;
	}
	return false;
}

/* Blanks in front of the next character, if any comes. */
struct folded {
	struct buf *out;
	bool blank, begun;
};

static void put_folded(struct folded *f, const char *at, size_t len)
{
	const char *end = at + len, *from;

	while (at < end) {
		/* U+00A0 too. */
		if (is_blank(*at) ||
		    (*at == '\xc2' && end - at > 1 && at[1] == '\xa0')) {
			at += *at == '\xc2' ? 2 : 1;
			f->blank = true;
			continue;
		}
		for (from = at++; at < end && !is_blank(*at) && *at != '\xc2';)
			at++;
		if (f->blank && f->begun)
			buf_u8(f->out, ' ');
		f->blank = false;
		f->begun = true;
		buf_put(f->out, from, (size_t)(at - from));
	}
}

/* Did a block end between node i - 1 and node i?  Those that ended are the
 * ancestors of the one that are not ancestors of the other. */
static bool block_ended(const struct html *h, uint32_t i)
{
	for (uint32_t n = i - 1; n != h->nodes[i].parent;
	     n = h->nodes[n].parent)
		if (h->nodes[n].block)
			return true;
	return false;
}

void html_put_inline(struct buf *out, const struct html *h, uint32_t node)
{
	struct folded f = { out, false, false };
	uint32_t end = h->nodes[node].end, i = node + 1;

	if (h->nodes[node].tag == HTML_TEXT)
		i = node;
	while (i < end) {
		const struct html_node *n = &h->nodes[i];

		if (i != node && block_ended(h, i))
			f.blank = true;
		if (n->tag == HTML_SCRIPT || n->tag == HTML_STYLE) {
			i = n->end;
			continue;
		}
		if (n->tag == HTML_TEXT)
			put_folded(&f, n->text.ptr, n->text.len);
		else if (n->tag == HTML_BR || n->block)
			f.blank = true;
		i++;
	}
}
