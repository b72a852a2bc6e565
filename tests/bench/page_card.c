/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_card.c - the cards of web pages, for the measurements.
 *
 *     page_card [--text] [--now SECONDS] FILE...
 *
 * A line of JSON for each: path, card, published (as fiche understands it:
 * seconds since 1970, length in seconds, is there a zone), text.  With --text
 * the files are no HTML.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article/date.h"
#include "article/json.h"
#include "base/arena.h"
#include "page/page.h"

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void load(struct buf *out, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		fail(path);
	do {
		if (!buf_reserve(out, (size_t)1 << 16))
			fail(path);
		n = fread(out->ptr + out->len, 1, (size_t)1 << 16, f);
		out->len += n;
	} while (n);
	(void)fclose(f);
}

static void print_card(const char *path, bool html,
                       const struct page_options *opt)
{
	struct buf page = { 0 }, out = { 0 };
	struct arena arena = { 0 };
	struct fiche_date d;
	struct facts f;
	int r;

	facts_init(&f, &arena);
	load(&page, path);
	r = html ? page_read_html(&f, page.ptr, page.len, opt, NULL)
	         : page_read_text(&f, page.ptr, page.len, opt, NULL);
	if (r < 0)
		fail(path);
	buf_text(&out, "{\"path\":");
	json_quote(&out, path, strlen(path));
	buf_text(&out, ",\"card\":");
	facts_put(&out, &f, NULL, NULL);
	if (date_parse(&d, f.published.ptr, f.published.len))
		buf_printf(&out, ",\"published\":[%" PRId64 ",%" PRId64 ",%s]",
		           d.begin, d.end - d.begin,
		           d.has_zone ? "true" : "false");
	if (f.has_text) {
		buf_text(&out, ",\"text\":");
		json_quote(&out, f.text.ptr, f.text.len);
	}
	buf_text(&out, "}\n");
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&page);
	buf_done(&out);
	arena_done(&arena);
}

int main(int argc, char **argv)
{
	struct page_options opt = { NULL, 0 };
	bool html = true;
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++)
		if (strcmp(argv[i], "--text") == 0)
			html = false;
		else if (strcmp(argv[i], "--now") == 0 && i + 1 < argc)
			opt.now = atoll(argv[++i]);
	for (; i < argc; i++)
		print_card(argv[i], html, &opt);
	return 0;
}
