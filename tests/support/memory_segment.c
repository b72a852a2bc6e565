/* SPDX-License-Identifier: Apache-2.0 */

#include "support/memory_segment.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "format/doclist.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

static int read_memory(struct segment_in *in, uint64_t at, void *buf,
                       size_t len, struct fiche_error *err)
{
	struct memory_segment *m = (struct memory_segment *)in;

	require(len > 0 && at <= m->len && len <= m->len - at);
	if (++m->reads == m->fail_at)
		return err_sys(err, 5, "reading the test's memory failed");
	memcpy(buf, m->bytes + at, len);
	return 0;
}

void memory_segment_init(struct memory_segment *m, const void *bytes,
                         size_t len)
{
	memset(m, 0, sizeof(*m));
	m->in.read = read_memory;
	m->bytes = bytes;
	m->len = len;
}

static int write_memory(struct segment_out *out, const void *bytes, size_t len,
                        struct fiche_error *err)
{
	struct memory_out *o = (struct memory_out *)out;

	require(len > 0);
	if (++o->writes == o->fail_at)
		return err_sys(err, 28, "writing the test's memory failed");
	buf_put(&o->bytes, bytes, len);
	return buf_ok(&o->bytes) ? 0 : err_nomem(err);
}

void memory_out_init(struct memory_out *o)
{
	memset(o, 0, sizeof(*o));
	o->out.write = write_memory;
}

/* The answer, if it is one; any failure must name corruption. */
static bool good(int r, const struct fiche_error *err)
{
	require(r == 0 || r == FICHE_END ||
	        (r == FICHE_ERR_CORRUPT && err->code == r && err->text[0]));
	return r == 0;
}

static void drive_records(const struct segment *s, struct memory_segment *m)
{
	struct fiche_error err;

	for (uint64_t i = 0; i < s->count; i++) {
		uint64_t values[COLUMN_MAX + 1], pos, idx;
		struct segment_block block;
		uint8_t digest[32];

		require(segment_digest(s, &m->in, i, digest, &err) == 0);
		if (good(segment_digest_lower(s, &m->in, digest, &pos, &err),
		         &err))
			require(pos <= s->count);
		if (good(segment_find_digest(s, &m->in, digest, &idx, &err),
		         &err))
			require(idx < s->count);
		digest[31] ^= 1;
		(void)good(segment_find_digest(s, &m->in, digest, &idx, &err),
		           &err);
		if (good(segment_idor(s, &m->in, i, &idx, &err), &err))
			require(idx < s->count);
		for (enum column_id id = 1; id <= COLUMN_MAX; id++)
			require(segment_column(s, &m->in, id, i, &values[id],
			                       &err) == 0);
		if (good(segment_date_lower(s, &m->in,
		                            (int64_t)values[COLUMN_DATE], &pos,
		                            &err),
		         &err))
			require(pos <= s->dated);
		if (good(segment_find_block(s, &m->in, i, &block, &err), &err))
			require(block.first_idx <= i &&
			        i - block.first_idx < block.record_count &&
			        block.index < s->block_count);
	}
}

static void drive_orders(const struct segment *s, struct memory_segment *m)
{
	struct fiche_error err;
	uint64_t idx, pos;

	for (uint64_t i = 0; i < s->key_count; i++) {
		uint8_t key[KEY_SIZE];

		if (!good(segment_key_at(s, &m->in, i, key, &idx, &err), &err))
			continue;
		require(idx < s->count);
		if (good(segment_key_lower(s, &m->in, key, &pos, &err), &err))
			require(pos <= s->key_count);
	}
	for (uint64_t i = 0; i < s->dated; i++) {
		if (good(segment_dord(s, &m->in, i, &idx, &err), &err))
			require(idx < s->count);
	}
	for (uint64_t i = 0; i < s->block_count; i++) {
		struct segment_block block;

		if (good(segment_block_at(s, &m->in, i, &block, &err), &err))
			require(block.record_count > 0 &&
			        block.first_idx +
			                        (uint64_t)block.record_count <=
			                s->count);
	}
}

struct terms_ctx {
	const struct segment *s;
	struct memory_segment *m;
	const struct segment_fences *fences;
};

static int drive_term(void *ctx, const uint8_t *key, size_t len,
                      uint64_t ordinal, uint64_t docs,
                      const struct segment_part *list, struct fiche_error *err)
{
	const struct terms_ctx *c = ctx;
	struct segment_part found;
	struct buf bytes = { 0 };
	struct doclist runs;
	uint64_t start, n, found_docs;

	require(len >= 1 && len <= TERM_KEY_MAX && ordinal > 0);
	if (good(segment_find_term(c->s, &c->m->in, c->fences, key, len,
	                           &found_docs, &found, err),
	         err))
		require(found_docs == docs && found.at == list->at &&
		        found.len == list->len);
	require(segment_list(c->s, &c->m->in, list, &bytes, err) == 0);
	doclist_init(&runs, bytes.ptr, bytes.len, c->s->count);
	while (doclist_next(&runs, &start, &n))
		require(n > 0 && start < c->s->count &&
		        n <= c->s->count - start);
	buf_done(&bytes);
	return 0;
}

static void drive_terms(const struct segment *s, struct memory_segment *m)
{
	struct segment_fences fences = { 0 };
	struct terms_ctx ctx = { s, m, &fences };
	struct fiche_error err;

	if (!good(segment_fences_load(&fences, s, &m->in, &err), &err))
		return;
	for (const char *field = "slt?"; *field; field++)
		(void)good(segment_each_term(s, &m->in, &fences, *field,
		                             drive_term, &ctx, &err),
		           &err);
	(void)good(segment_each_term(s, &m->in, &fences, 0, drive_term, &ctx,
	                             &err),
	           &err);
	segment_fences_done(&fences);
}

void memory_segment_drive(const struct segment *s, struct memory_segment *m)
{
	struct segment_part_in part = { s, &m->in };
	struct fiche_error err;
	struct memory_out out;
	uint64_t len;

	drive_records(s, m);
	drive_orders(s, m);
	drive_terms(s, m);
	memory_out_init(&out);
	if (good(index_merge(&part, 1, NULL, &out.out, &len, &err), &err)) {
		struct memory_segment again;
		struct segment t;

		/* What a merge makes of anything can be opened. */
		require(len == out.bytes.len);
		memory_segment_init(&again, out.bytes.ptr, out.bytes.len);
		require(segment_open(&t, &again.in, len, s->offset,
		                     s->first_record, s->count, &err) == 0);
	}
	buf_done(&out.bytes);
}
