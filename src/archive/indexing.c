/* SPDX-License-Identifier: Apache-2.0 */
/* indexing.c - see indexing.h. */

#include "archive/indexing.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "index/words_merge.h"
#include "index/words_proof.h"

#define RUN_MEMORY   ((size_t)64 << 20)
#define WORDS_MEMORY ((size_t)32 << 20) /* buffers may have twice as much */

struct run {
	struct spool spool;
	struct segment segment;
};

struct indexing {
	struct io *io;
	const char *path;
	struct index_builder *builder;
	uint64_t first; /* of all runs */
	uint64_t next;  /* after the finished runs */
	struct run **runs;
	size_t run_count, run_cap;
	enum indexing_words mode;
	struct words_proof proof;    /* INDEXING_PROVE */
	bool has_seed;               /* of the proof */
	struct words_builder *words; /* INDEXING_WORDS; else NULL */
	struct spool sorted;         /* its runs, one behind the other */
	struct words_run *word_runs;
	size_t word_run_count, word_run_cap;
};

struct indexing *indexing_new(struct io *io, const char *path,
                              uint64_t first_record, enum indexing_words words)
{
	struct indexing *x = alloc_zeroed(1, sizeof(*x));

	if (!x)
		return NULL;
	x->io = io;
	x->path = path;
	x->first = first_record;
	x->next = first_record;
	spool_init(&x->sorted, io, path);
	x->builder = index_builder_new(first_record);
	x->mode = words;
	if (words == INDEXING_WORDS)
		x->words = words_builder_new();
	if (!x->builder || (words == INDEXING_WORDS && !x->words)) {
		indexing_free(x);
		return NULL;
	}
	return x;
}

void indexing_free(struct indexing *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->run_count; i++) {
		spool_done(&x->runs[i]->spool);
		alloc_free(x->runs[i]);
	}
	alloc_free(x->runs);
	alloc_free(x->word_runs);
	spool_done(&x->sorted);
	words_builder_free(x->words);
	words_proof_done(&x->proof);
	index_builder_free(x->builder);
	alloc_free(x);
}

uint64_t indexing_first(const struct indexing *x)
{
	return x->first;
}

uint64_t indexing_count(const struct indexing *x)
{
	return x->next - x->first + index_builder_count(x->builder);
}

/* Turn what the builder holds into a run. */
static int finish_run(struct indexing *x, struct fiche_error *err)
{
	uint64_t count = index_builder_count(x->builder);
	struct buf bytes = { 0 };
	struct run *run;
	int r;

	if (count == 0)
		return 0;
	if (alloc_grow(&x->runs, &x->run_cap, x->run_count + 1,
	               sizeof(*x->runs)) < 0 ||
	    !(run = alloc_zeroed(1, sizeof(*run))))
		return err_nomem(err);
	spool_init(&run->spool, x->io, x->path);
	x->runs[x->run_count++] = run;
	r = index_builder_finish(x->builder, &bytes) < 0 ? err_nomem(err) : 0;
	if (r == 0)
		r = run->spool.out.write(&run->spool.out, bytes.ptr, bytes.len,
		                         err);
	buf_done(&bytes);
	if (r == 0)
		r = segment_open(&run->segment, &run->spool.in, run->spool.len,
		                 FICHE_NOWHERE, x->next, count, err);
	if (r < 0)
		return r;
	x->next += count;
	index_builder_free(x->builder);
	x->builder = index_builder_new(x->next);
	return x->builder ? 0 : err_nomem(err);
}

int indexing_add(struct indexing *x, const struct index_record *r,
                 struct fiche_error *err)
{
	return index_builder_add(x->builder, r) < 0 ? err_nomem(err) : 0;
}

int indexing_block(struct indexing *x, const struct index_block *k,
                   struct fiche_error *err)
{
	if (index_builder_block(x->builder, k) < 0)
		return err_nomem(err);
	/* Runs end where blocks end. */
	if (index_builder_memory(x->builder) > RUN_MEMORY)
		return finish_run(x, err);
	return 0;
}

/* ---- words ---- */

bool indexing_has_words(const struct indexing *x)
{
	return x->mode != INDEXING_NO_WORDS;
}

/* Turn what the builder of words holds into a run. */
static int finish_words(struct indexing *x, struct fiche_error *err)
{
	struct words_run *run;

	if (alloc_grow(&x->word_runs, &x->word_run_cap, x->word_run_count + 1,
	               sizeof(*x->word_runs)) < 0)
		return err_nomem(err);
	run = &x->word_runs[x->word_run_count++];
	run->in = &x->sorted.in;
	run->at = x->sorted.len;
	return words_builder_run(x->words, &x->sorted.out, &run->len, err);
}

static int prove_words(struct indexing *x, const struct words_block *k,
                       struct fiche_error *err)
{
	int r = 0;

	if (!x->has_seed)
		r = io_random(x->io, x->proof.seed, sizeof(x->proof.seed), err);
	x->has_seed = r == 0;
	if (r == 0 && words_proof_add(&x->proof, k) < 0)
		r = err_nomem(err);
	return r;
}

int indexing_words(struct indexing *x, const struct words_block *k,
                   struct fiche_error *err)
{
	if (x->mode == INDEXING_PROVE)
		return prove_words(x, k, err);
	if (words_builder_add(x->words, k) < 0)
		return err_nomem(err);
	if (words_builder_memory(x->words) > WORDS_MEMORY)
		return finish_words(x, err);
	return 0;
}

/* What a merge of keyword indexes reads and writes. */
struct word_files {
	struct words *older;
	struct words_part *parts;
	size_t count;
	struct spool pages, lists;
	struct words_output out;
	struct words_in in;
};

static int open_older_words(struct word_files *f,
                            const struct segment_part_in *before, size_t count,
                            struct fiche_error *err)
{
	int r = 0;

	f->older = alloc_zeroed(count, sizeof(*f->older));
	f->parts = alloc_zeroed(count, sizeof(*f->parts));
	if (!f->older || !f->parts)
		return err_nomem(err);
	for (; r == 0 && f->count < count; f->count++) {
		struct words_part *p = &f->parts[f->count];

		r = words_open(&f->older[f->count], before[f->count].segment,
		               before[f->count].in, err);
		p->words = &f->older[f->count];
		p->in = before[f->count].in;
	}
	return r;
}

static int merge_words(struct indexing *x, struct word_files *f,
                       const struct segment_part_in *before, size_t count,
                       struct fiche_error *err)
{
	struct words_input in = { .builder = x->words };
	int r;

	f->out.pages = &f->pages.out;
	f->out.lists = &f->lists.out;
	r = x->words ? finish_words(x, err) : 0;
	if (r == 0)
		r = open_older_words(f, before, count, err);
	if (r == 0 && x->mode == INDEXING_PROVE)
		r = words_proof_check(&x->proof, &f->older[0], before[0].in,
		                      err);
	in.parts = f->parts;
	in.part_count = count;
	in.runs = x->word_runs;
	in.run_count = x->word_run_count;
	if (r == 0)
		r = words_merge(&in, &f->out, err);
	f->in.norms = &f->out.norms;
	f->in.head = &f->out.head;
	f->in.pages = &f->pages.in;
	f->in.pages_len = f->out.pages_len;
	f->in.lists = &f->lists.in;
	f->in.lists_len = f->out.lists_len;
	return r;
}

static void word_files_done(struct word_files *f)
{
	for (size_t i = 0; f->older && i < f->count; i++)
		words_done(&f->older[i]);
	alloc_free(f->older);
	alloc_free(f->parts);
	words_output_done(&f->out);
	spool_done(&f->pages);
	spool_done(&f->lists);
}

/* ---- all of it ---- */

/* Merge the segments `before` and all runs, with the words of `words`. */
static int finish(struct indexing *x, const struct segment_part_in *before,
                  size_t before_count, const struct segment_part_in *words,
                  size_t words_count, struct spool *out,
                  struct fiche_error *err)
{
	const bool with_words = indexing_has_words(x);
	struct segment_part_in *parts = NULL;
	struct word_files f = { 0 };
	uint64_t len;
	size_t n = 0;
	int r;

	spool_init(&f.pages, x->io, x->path);
	spool_init(&f.lists, x->io, x->path);
	r = finish_run(x, err);
	if (r == 0 && with_words)
		r = merge_words(x, &f, words, words_count, err);
	if (r < 0)
		goto out;
	parts = alloc_zeroed(before_count + x->run_count, sizeof(*parts));
	if (!parts) {
		r = err_nomem(err);
		goto out;
	}
	while (n < before_count) {
		parts[n] = before[n];
		n++;
	}
	for (size_t i = 0; i < x->run_count; i++, n++) {
		parts[n].segment = &x->runs[i]->segment;
		parts[n].in = &x->runs[i]->spool.in;
	}
	r = index_merge(parts, n, with_words ? &f.in : NULL, &out->out, &len,
	                err);
out:
	alloc_free(parts);
	word_files_done(&f);
	return r;
}

int indexing_finish(struct indexing *x, const struct segment_part_in *before,
                    size_t before_count, struct spool *out,
                    struct fiche_error *err)
{
	return finish(x, before, before_count, before, before_count, out, err);
}

int indexing_prove(struct indexing *x, const struct segment_part_in *stored,
                   struct spool *out, struct fiche_error *err)
{
	return finish(x, NULL, 0, stored, 1, out, err);
}
