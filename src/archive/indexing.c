/* SPDX-License-Identifier: Apache-2.0 */
/* indexing.c - see indexing.h. */

#include "archive/indexing.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define RUN_MEMORY ((size_t)64 << 20)

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
};

struct indexing *indexing_new(struct io *io, const char *path,
                              uint64_t first_record)
{
	struct indexing *x = alloc_zeroed(1, sizeof(*x));

	if (!x)
		return NULL;
	x->io = io;
	x->path = path;
	x->first = first_record;
	x->next = first_record;
	x->builder = index_builder_new(first_record);
	if (!x->builder) {
		alloc_free(x);
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

int indexing_finish(struct indexing *x, const struct segment_part_in *before,
                    size_t before_count, struct spool *out,
                    struct fiche_error *err)
{
	struct segment_part_in *parts;
	uint64_t len;
	size_t n = 0;
	int r;

	r = finish_run(x, err);
	if (r < 0)
		return r;
	parts = alloc_zeroed(before_count + x->run_count, sizeof(*parts));
	if (!parts)
		return err_nomem(err);
	while (n < before_count) {
		parts[n] = before[n];
		n++;
	}
	for (size_t i = 0; i < x->run_count; i++, n++) {
		parts[n].segment = &x->runs[i]->segment;
		parts[n].in = &x->runs[i]->spool.in;
	}
	r = index_merge(parts, n, &out->out, &len, err);
	alloc_free(parts);
	return r;
}
