/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_words.c - the keyword index of a segment: opened when it is first
 * needed, or made of the articles where the archive has none.
 */

#include "archive/reader.h"
#include "base/alloc.h"
#include "base/err.h"
#include "index/token.h"
#include "index/words_merge.h"

#define SCAN_RECORDS 256 /* are taken together */

/* A segment_out and segment_in over memory. */
struct memory_file {
	struct segment_out out; /* first, so that it can be cast */
	struct memory_in in;
	struct buf bytes;
};

static int memory_write(struct segment_out *out, const void *bytes, size_t len,
                        struct fiche_error *err)
{
	struct memory_file *m = (struct memory_file *)out;

	buf_put(&m->bytes, bytes, len);
	return buf_ok(&m->bytes) ? 0 : err_nomem(err);
}

static struct segment_in *memory_file_in(struct memory_file *m)
{
	memory_in_init(&m->in, m->bytes.ptr, m->bytes.len);
	return &m->in.in;
}

/* Put the words of all records of a segment into a builder. */
static int read_words(struct fiche_view *v, const struct reader_segment *s,
                      struct words_builder *b, struct fiche_error *err)
{
	const uint64_t end = s->where.first_record + s->where.record_count;
	struct words_block *k = words_block_new();
	int r = k ? 0 : err_nomem(err);

	for (uint64_t n = s->where.first_record; r == 0 && n < end;) {
		words_block_clear(k);
		for (unsigned i = 0; r == 0 && i < SCAN_RECORDS && n < end;
		     i++, n++) {
			struct fiche_article a;

			r = view_article(v, n, true, &a, err);
			/* What is lost has no words. */
			if (r == FICHE_ERR_CORRUPT ||
			    r == FICHE_ERR_TRUNCATED) {
				a = (struct fiche_article){ 0 };
				r = 0;
			}
			if (r == 0 && words_block_add(k, &a) < 0)
				r = err_nomem(err);
		}
		if (r == 0 && words_builder_add(b, k) < 0)
			r = err_nomem(err);
	}
	words_block_free(k);
	return r;
}

/* Lay the three components out in s->words_memory. */
static int keep_words(struct reader_segment *s, const struct words_output *o,
                      const struct buf *pages, const struct buf *lists,
                      struct fiche_error *err)
{
	struct buf *to = &s->words_memory;
	struct segment *seg = &s->words_segment;

	*seg = s->segment;
	seg->tokenizer = TOKENIZER_VERSION;
	seg->wlen = (struct segment_part){ 0, o->norms.len };
	seg->word =
		(struct segment_part){ o->norms.len, o->head.len + pages->len };
	seg->wpst = (struct segment_part){ seg->word.at + seg->word.len,
		                           lists->len };
	buf_put(to, o->norms.ptr, o->norms.len);
	buf_put(to, o->head.ptr, o->head.len);
	buf_put(to, pages->ptr, pages->len);
	buf_put(to, lists->ptr, lists->len);
	return buf_ok(to) ? 0 : err_nomem(err);
}

static int scan_words(struct fiche_view *v, struct reader_segment *s,
                      struct fiche_error *err)
{
	struct memory_file run = { .out = { memory_write } }, pages = run,
			   lists = run;
	struct words_output o = { .pages = &pages.out, .lists = &lists.out };
	struct words_builder *b = words_builder_new();
	struct words_run one = { 0 };
	struct words_input in = { .runs = &one, .run_count = 1, .builder = b };
	int r = b ? read_words(v, s, b, err) : err_nomem(err);

	if (r == 0)
		r = words_builder_run(b, &run.out, &one.len, err);
	one.in = memory_file_in(&run);
	if (r == 0)
		r = words_merge(&in, &o, err);
	if (r == 0)
		r = keep_words(s, &o, &pages.bytes, &lists.bytes, err);
	if (r < 0)
		buf_done(&s->words_memory);
	words_output_done(&o);
	words_builder_free(b);
	buf_done(&run.bytes);
	buf_done(&pages.bytes);
	buf_done(&lists.bytes);
	return r;
}

struct segment_in *view_words_in(union view_in *in, struct fiche_view *v,
                                 const struct reader_segment *s)
{
	if (s->words_memory.len == 0)
		return view_in_init(in, v, s);
	memory_in_init(&in->memory, s->words_memory.ptr, s->words_memory.len);
	return &in->memory.in;
}

static int no_index(const struct reader_segment *s, struct fiche_error *err)
{
	if (s->segment.tokenizer > TOKENIZER_VERSION)
		return err_set(err, FICHE_ERR_UNSUPPORTED, s->where.offset,
		               "the keyword index was made by a newer "
		               "tokenizer");
	return err_set(err, FICHE_ERR_NOINDEX, s->where.offset,
	               "%llu articles have no keyword index",
	               (unsigned long long)s->where.record_count);
}

int reader_words(struct fiche_reader *r, struct fiche_view *v, size_t i,
                 bool scan, const struct reader_segment **out,
                 struct fiche_error *err)
{
	const struct segment *from;
	struct reader_segment *s;
	union view_in in;
	int status;

	status = reader_segment(r, v, i, false, out, err);
	if (status < 0)
		return status;
	s = &r->segments[i];
	pthread_mutex_lock(&r->scan_mutex);
	if (!words_present(&s->segment)) {
		/* Also after an earlier search has made one. */
		if (!scan)
			status = no_index(s, err);
		else if (s->words_memory.len == 0)
			status = scan_words(v, s, err);
	}
	from = s->words_memory.len > 0 ? &s->words_segment : &s->segment;
	if (status == 0 && !s->has_words) {
		status = words_open(&s->words, from, view_words_in(&in, v, s),
		                    err);
		s->has_words = status == 0;
	}
	pthread_mutex_unlock(&r->scan_mutex);
	return status;
}
