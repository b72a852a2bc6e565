/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_export.c - any bytes as an article: through every text format, and as a
 * record that says it came out of a WARC.  What is written must keep its shape.
 */

#include <stdlib.h>
#include <string.h>

#include "article/json.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/html_page.h"
#include "export/partition.h"
#include "fuzz/fuzz.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* Cut the bytes up into texts, between the first of them as separators. */
static size_t cut(struct fiche_text *out, size_t most, const struct buf *clean)
{
	const char *at = (const char *)clean->ptr, *end = at + clean->len;
	size_t n = 0;

	while (at < end && n < most) {
		const char *bar = memchr(at, 0x1f, (size_t)(end - at));
		const char *to = bar ? bar : end;

		out[n++] = (struct fiche_text){ at, (size_t)(to - at) };
		at = bar ? bar + 1 : end;
	}
	return n;
}

static void check_names(const struct fiche_article *a)
{
	struct buf b = { 0 };

	partition_escape(&b, a->source.ptr, a->source.len);
	require(buf_ok(&b) && b.len < 200);
	for (size_t i = 0; i < b.len; i++)
		require(b.ptr[i] > 0x20 && b.ptr[i] != '/' &&
		        b.ptr[i] != '\\' && b.ptr[i] != 0x7f);
	require(b.len == 0 || utf8_is_valid((const char *)b.ptr, b.len));
	buf_done(&b);
}

static void check_page(const struct fiche_article *a)
{
	struct buf page = { 0 };
	size_t scripts = 0;

	html_page(&page, a, "policy", "m", "s");
	require(buf_ok(&page));
	for (size_t i = 0; i + 7 < page.len; i++)
		scripts += memcmp(page.ptr + i, "<script", 7) == 0;
	require(scripts == 1 && !memchr(page.ptr, 0, page.len));
	buf_done(&page);
}

static void check_cells(const struct fiche_article *a)
{
	struct buf b = { 0 };

	for (int c = 0; c < CELL_COUNT; c++) {
		struct json_scanner s;
		struct json_item item;
		enum json_type type;

		buf_clear(&b);
		cell_json(&b, (enum cell)c, a);
		json_init(&s, (const char *)b.ptr, b.len);
		do
			type = json_next(&s, &item);
		while (type != JSON_BAD && type != JSON_END);
		require(type == JSON_END && !memchr(b.ptr, '\n', b.len));
	}
	buf_done(&b);
}

static void export_all(const struct export_article *e)
{
	static const struct export_format *const formats[] = {
		&export_jsonl, &export_csv, &export_tsv,
		&export_warc,  &export_ris, &export_bibtex,
	};
	struct fiche_export_options opt = { .excel = true, .raw = true };
	struct export_writer *w;

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct export_target to = { .opt = &opt };

		require(out_open(&to.out, "/dev/null", false,
		                 FICHE_COMPRESS_NONE, NULL) == 0);
		require(formats[i]->begin(&w, &to, NULL) == 0);
		require(formats[i]->add(w, e, NULL) == 0);
		require(formats[i]->finish(w, NULL) == 0);
		formats[i]->free(w);
		require(out_finish(to.out, NULL) == 0);
		out_free(to.out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fiche_text texts[10] = { { "", 0 } };
	struct fiche_article a = { 0 };
	struct export_article e = { .article = &a };
	struct buf clean = { 0 };

	utf8_put_clean(&clean, (const char *)data, size);
	for (size_t i = 0; i < 10; i++)
		texts[i].ptr = "";
	(void)cut(texts, 10, &clean);
	a.title = texts[0];
	a.source = texts[1];
	a.url = texts[2];
	a.language = texts[3];
	a.section = a.summary = texts[4];
	a.authors = a.tags = texts + 5;
	a.author_count = a.tag_count = 3;
	a.text = texts[8];
	a.media_type = size % 3 == 0
	                       ? texts[9]
	                       : (struct fiche_text){ "application/warc", 16 };
	e.record = (struct fiche_text){ (const char *)data, size };
	require(sha256_of(a.digest, data, size) == 0);
	check_names(&a);
	check_page(&a);
	check_cells(&a);
	export_all(&e);
	buf_done(&clean);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	static const char *const seeds[] = {
		"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: "
		"5\r\n\r\nblock\r\n\r\n",
		"Title\x1f"
		"example.org\x1fhttps://example.org/a\x1f"
		"en\x1f"
		"Section\x1f"
		"Ada Writer\x1f"
		"Ben; Co\x1f"
		"c, d\x1f"
		"Text </script>\x1ftext/html",
		"=1+1\x1f../x\x1fjavascript:0\x1f\"><script>\x1f<!--\x1f\x1f",
	};

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	buf_text(out, seeds[i]);
	return true;
}
