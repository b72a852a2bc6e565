/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_search.c - any bytes as the keyword index of a small archive, and
 * searches in it.
 *
 * The archive itself is good and has no index of words; the bytes take the
 * place of the one that a search makes of its articles.  The input is u8 0, u16
 * length of WORD, then WLEN, WORD and WPST; or, so that no frame hides what
 * stands in it, u8 1, u16 length of the columns of a page, columns, u16 length
 * of its short lists, short lists, and WPST.
 */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "archive/reader.h"
#include "base/cursor.h"
#include "fiche/search.h"
#include "fuzz/fuzz.h"
#include "index/token.h"
#include "support/archive_case.h"
#include "support/memory_words.h"
#include "support/search_case.h"

static const char *const queries[] = {
	"ko",
	"bas0 OR ми -mus",
	"s* l*",
	"\"bas0 ko\" OR ko-ми",
	"ми near/5 ko",
	"title:(ko OR bas0)",
	"港 OR 大*",
	"kos ми",
	"stta",
	"-ko",
	"",
};

#define QUERIES (sizeof(queries) / sizeof(*queries))

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* Opened once, and never closed. */
static struct fiche_reader *archive(void)
{
	static const struct search_plan plan = { .seed = 9,
		                                 .count = 150,
		                                 .commits = 1,
		                                 .words = 40,
		                                 .length = 12,
		                                 .index = FICHE_INDEX_BASIC };
	static struct fiche_reader *reader;
	static struct io_memory *memory;
	const struct reader_segment *opened;
	struct fiche_view *v;

	if (reader)
		return reader;
	memory = io_memory_new();
	require(memory && search_case_make(memory, &plan, NULL) == 0);
	require(case_open(&reader, memory, false, NULL) == 0);
	require(reader->segment_count == 1);
	v = fiche_view_new(reader);
	require(v && reader_segment(reader, v, 0, false, &opened, NULL) == 0);
	fiche_view_free(v);
	return reader;
}

/* ---- what a search gives ---- */

static int check_name(void *ctx, struct fiche_text name, uint64_t matches)
{
	uint64_t *all = ctx;

	require(name.len > 0 && matches > 0);
	*all += matches;
	return 0;
}

static int check_bar(void *ctx, int64_t begin, uint64_t matches)
{
	(void)begin;
	require(matches > 0);
	*(uint64_t *)ctx += matches;
	return 0;
}

static void check_hits(const struct fiche_hits *h, uint64_t records)
{
	static const struct fiche_text text = { "Ko, bas0 ми 港了 sta", 25 };
	const char *word, *suggestion;
	struct fiche_snippet s;
	bool exact;

	require(fiche_hits_total(h, &exact) <= records || !exact);
	for (uint64_t i = 0; i < fiche_hits_count(h); i++) {
		const struct fiche_hit *hit = fiche_hits_get(h, i);

		require(hit->reader == 0 && hit->number < records &&
		        isfinite(hit->score) && hit->score >= 0);
		require(i == 0 ||
		        fiche_hits_get(h, i - 1)->score >= hit->score);
	}
	for (size_t i = 0; fiche_hits_missing(h, i, &word, &suggestion); i++)
		require(word[0] && (!suggestion || suggestion[0]));
	fiche_hits_snippet(h, text, 12, &s);
	require(s.text.ptr >= text.ptr && s.text.len <= text.len);
}

static void check_counts(const struct fiche_hits *h, uint64_t records)
{
	uint64_t all = 0, undated;

	require(fiche_hits_facet(h, 's', 2, check_name, &all, NULL, NULL) == 0);
	require(all <= records);
	all = 0;
	require(fiche_hits_histogram(h, FICHE_UNIT_MONTH, check_bar, &all,
	                             &undated, NULL) == 0);
	require(all + undated <= records);
}

static void search(struct fiche_reader *r, size_t i)
{
	struct fiche_search_options opt = { .scan = true };
	struct fiche_error err = { 0 };
	struct fiche_query *q;
	struct fiche_hits *h;
	int status;

	opt.limit = i % 3 == 2 ? 0 : 4;
	opt.total =
		(enum fiche_total)(i % 2 ? FICHE_TOTAL_EXACT : FICHE_TOTAL_ANY);
	opt.stem = i % 4 == 3 ? oracle_stem : NULL;
	require(fiche_query_parse(&q, queries[i], strlen(queries[i]), NULL) ==
	        0);
	status = fiche_search(&h, &r, 1, q, &opt, &err);
	require(status == 0 || (status == FICHE_ERR_CORRUPT && !h &&
	                        err.code == status && err.text[0]));
	if (status == 0) {
		check_hits(h, r->record_end);
		if (opt.total == FICHE_TOTAL_EXACT)
			check_counts(h, r->record_end);
	}
	fiche_hits_free(h);
	fiche_query_free(q);
}

/* ---- the bytes in their place ---- */

static void take_out(struct reader_segment *s)
{
	words_done(&s->words);
	memset(&s->words, 0, sizeof(s->words));
	s->has_words = false;
	buf_done(&s->words_memory);
}

static void try_index(const uint8_t *bytes, size_t len, uint64_t word_len)
{
	struct fiche_reader *r = archive();
	struct reader_segment *s = &r->segments[0];
	const uint64_t records = s->where.record_count;
	struct memory_words m;

	/* A segment whose parts do not fit it is not opened at all. */
	if (len < records || word_len > len - records ||
	    word_len < WORDS_HEAD + TERMS_HEAD)
		return;
	memory_words_wire(&m, bytes, len, records, word_len);
	(void)memory_words_drive(&m);

	/* With this in its place, searches make no index. */
	buf_put(&s->words_memory, bytes, len);
	require(buf_ok(&s->words_memory));
	s->words_segment = s->segment;
	s->words_segment.tokenizer = TOKENIZER_VERSION;
	s->words_segment.wlen = m.segment.wlen;
	s->words_segment.word = m.segment.word;
	s->words_segment.wpst = m.segment.wpst;
	for (size_t i = 0; i < QUERIES; i++)
		search(r, i);
	take_out(s);
}

/* A dictionary of one page.  False: it cannot even begin. */
static bool put_word(struct buf *out, struct bytes columns, struct bytes lists,
                     uint64_t records, uint64_t lists_len)
{
	struct buf page = { 0 }, fence = { 0 };
	uint8_t frame[65536];
	size_t n = ZSTD_compress(frame, sizeof(frame), columns.ptr, columns.len,
	                         1);
	struct word_page first = { 0 };
	bool begins;

	if (ZSTD_isError(n))
		return false;
	buf_varint(&page, n);
	buf_put(&page, frame, n);
	buf_put(&page, lists.ptr, lists.len);
	require(buf_ok(&page));
	begins = word_page_load(&first, (struct bytes){ page.ptr, page.len },
	                        records) == 0 &&
	         word_page_next(&first);
	if (begins) {
		buf_varint(&fence, page.len);
		buf_varint(&fence, lists_len);
		buf_varint(&fence, first.len);
		buf_put(&fence, first.word, first.len);
		buf_u64(out, 12 * records);
		buf_u32(out, 1);
		buf_u32(out, (uint32_t)fence.len);
		buf_u64(out, 1);
		buf_put(out, fence.ptr, fence.len);
		buf_put(out, page.ptr, page.len);
		require(buf_ok(&fence) && buf_ok(out));
	}
	word_page_done(&first);
	buf_done(&page);
	buf_done(&fence);
	return begins;
}

static void try_page(struct cursor *c)
{
	const uint64_t records = archive()->segments[0].where.record_count;
	struct bytes columns, lists;
	struct buf all = { 0 };

	columns = cursor_take(c, cursor_u16(c));
	lists = cursor_take(c, cursor_u16(c));
	if (!cursor_ok(c))
		return;
	/* Lengths of all kinds. */
	for (uint64_t i = 0; i < records; i++)
		buf_u8(&all, (uint8_t)(i * 7));
	if (put_word(&all, columns, lists, records, c->left)) {
		uint64_t word_len = all.len - records;

		buf_put(&all, c->at, c->left);
		require(buf_ok(&all));
		try_index(all.ptr, all.len, word_len);
	}
	buf_done(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor c;
	uint64_t word_len;

	cursor_init(&c, data, size);
	switch (cursor_u8(&c)) {
	case 0:
		word_len = cursor_u16(&c);
		if (cursor_ok(&c))
			try_index(c.at, c.left, word_len);
		break;
	case 1:
		try_page(&c);
		break;
	default:
		break;
	}
	return 0;
}

/* The index of the articles, so that mutations begin behind the first check;
 * and its only page. */
bool fuzz_seed(size_t i, struct buf *out)
{
	struct fiche_reader *r = archive();
	struct reader_segment *s = &r->segments[0];
	const struct segment *w = &s->words_segment;
	const struct terms_fence *f;
	struct word_page page = { 0 };
	const uint8_t *bytes;

	if (i > 1)
		return false;
	search(r, 0);
	bytes = s->words_memory.ptr;
	buf_u8(out, (uint8_t)i);
	if (i == 0) {
		require(w->word.len <= UINT16_MAX);
		buf_u16(out, (uint16_t)w->word.len);
		buf_put(out, bytes, s->words_memory.len);
	} else {
		require(s->words.fences.count == 1);
		f = &s->words.fences.fence[0];
		bytes += w->word.at + WORDS_HEAD + f->page_at;
		require(word_page_load(&page,
		                       (struct bytes){ bytes, f->page_len },
		                       w->count) == 0);
		buf_u16(out, (uint16_t)page.raw.len);
		buf_put(out, page.raw.ptr, page.raw.len);
		buf_u16(out, (uint16_t)page.lists.len);
		buf_put(out, page.lists.ptr, page.lists.len);
		buf_put(out, s->words_memory.ptr + w->wpst.at, w->wpst.len);
		word_page_done(&page);
	}
	take_out(s);
	return buf_ok(out);
}
