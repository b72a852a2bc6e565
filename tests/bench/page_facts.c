/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_facts.c - what fiche finds out about web pages, for the measurements.
 *
 *     page_facts FILE...           a line of JSON each: path, charset, how,
 * text page_facts --time N FILE...  all of them N times, and the speed
 */

#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "article/json.h"
#include "base/arena.h"
#include "page/charset.h"
#include "page/html.h"
#include "page/readable.h"

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

static void read_page(struct buf *text, struct charset *found,
                      const struct buf *page)
{
	const struct fiche_text no_hint = { "", 0 };
	struct arena arena = { 0 };
	struct buf utf8 = { 0 };
	struct fiche_text t;
	struct html h;

	buf_clear(text);
	if (charset_to_utf8(&t, &utf8, found, page->ptr, page->len, NULL, true,
	                    NULL) < 0 ||
	    html_parse(&h, &arena, t.ptr, t.len, NULL) < 0 ||
	    readable_put(text, &h, no_hint, NULL) < 0)
		fail("page");
	arena_done(&arena);
	buf_done(&utf8);
}

static void print_page(const char *path)
{
	static const char *const how[] = { "mark",  "outside", "inside",
		                           "valid", "guessed", "default" };
	struct buf page = { 0 }, text = { 0 }, out = { 0 };
	struct charset found;

	load(&page, path);
	read_page(&text, &found, &page);
	buf_text(&out, "{\"path\":");
	json_quote(&out, path, strlen(path));
	buf_printf(&out,
	           ",\"charset\":\"%s\",\"how\":\"%s\",\"text\":", found.name,
	           how[found.how]);
	json_quote(&out, (const char *)text.ptr, text.len);
	buf_text(&out, "}\n");
	(void)fwrite(out.ptr, 1, out.len, stdout);
	buf_done(&page);
	buf_done(&text);
	buf_done(&out);
}

static double now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void time_pages(int times, char **path, int count)
{
	struct buf page = { 0 }, text = { 0 };
	double seconds = 0, bytes = 0, from;
	struct charset found;

	for (int i = 0; i < count; i++) {
		buf_clear(&page);
		load(&page, path[i]);
		from = now();
		for (int n = 0; n < times; n++)
			read_page(&text, &found, &page);
		seconds += now() - from;
		bytes += (double)page.len * times;
	}
	printf("%.1f MB in %.2f s: %.1f MB/s\n", bytes * 1e-6, seconds,
	       bytes * 1e-6 / seconds);
	buf_done(&page);
	buf_done(&text);
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "--time") == 0) {
		time_pages(atoi(argv[2]), argv + 3, argc - 3);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		print_page(argv[i]);
	return 0;
}
