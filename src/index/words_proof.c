/* SPDX-License-Identifier: Apache-2.0 */
/* words_proof.c - see words_proof.h. */

#include "index/words_proof.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

void words_proof_done(struct words_proof *p)
{
	buf_done(&p->norms);
}

/* Each bit of the result depends on each bit of v. */
static uint64_t stir(uint64_t v)
{
	v = (v ^ v >> 33) * UINT64_C(0xff51afd7ed558ccd);
	v = (v ^ v >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return v ^ v >> 33;
}

static uint64_t key_of(uint64_t seed, const uint8_t *word, size_t len)
{
	uint64_t h = stir(seed ^ len), v;

	for (; len >= 8; word += 8, len -= 8)
		h = stir(h ^ get_u64(word));
	v = 0;
	for (size_t i = 0; i < len; i++)
		v |= (uint64_t)word[i] << 8 * i;
	return stir(h ^ v);
}

static void add_posting(uint64_t sum[2], const uint64_t key[2],
                        const struct posting *p, uint64_t idx)
{
	uint64_t v = idx << 8 | (uint64_t)p->count << 1 | p->title;

	sum[0] += stir(key[0] + v * UINT64_C(0x9E3779B97F4A7C15));
	sum[1] += stir(key[1] ^ v * UINT64_C(0xD6E8FEB86659FD93));
}

int words_proof_add(struct words_proof *p, const struct words_block *k)
{
	const uint64_t first = p->norms.len;
	struct words_block_walk w = { 0 };
	const uint8_t *last = NULL;
	uint64_t key[2] = { 0, 0 };
	uint32_t length;

	while (words_block_next(k, &w)) {
		if (w.word != last) {
			key[0] = key_of(p->seed[0], w.word, w.len);
			key[1] = key_of(p->seed[1], w.word, w.len);
			last = w.word;
		}
		add_posting(p->sum, key, &w.posting, first + w.posting.idx);
	}
	for (size_t i = 0; words_block_length(k, i, &length); i++) {
		buf_u8(&p->norms, norm_of_length(length));
		p->tokens += length;
	}
	return buf_ok(&p->norms) ? 0 : FICHE_ERR_NOMEM;
}

int words_proof_check(const struct words_proof *p, const struct words *w,
                      struct segment_in *in, struct fiche_error *err)
{
	struct posting_buf list = { 0 };
	struct buf scratch = { 0 };
	uint64_t sum[2] = { 0, 0 }, key[2];
	struct word_walk walk;
	int r;

	word_walk_init(&walk, w, in);
	while ((r = word_walk_next(&walk, err)) == 0) {
		key[0] = key_of(p->seed[0], walk.page.word, walk.page.len);
		key[1] = key_of(p->seed[1], walk.page.word, walk.page.len);
		list.count = 0;
		r = word_walk_postings(&walk, 0, &list, &scratch, err);
		if (r < 0)
			break;
		for (size_t i = 0; i < list.count; i++)
			add_posting(sum, key, &list.p[i], list.p[i].idx);
	}
	word_walk_done(&walk);
	alloc_free(list.p);
	buf_done(&scratch);
	if (r < 0)
		return r;
	if (sum[0] != p->sum[0] || sum[1] != p->sum[1] ||
	    w->tokens != p->tokens || w->norms.len != p->norms.len ||
	    (p->norms.len > 0 &&
	     memcmp(w->norms.ptr, p->norms.ptr, p->norms.len) != 0))
		return err_set(err, FICHE_ERR_CORRUPT, w->segment->offset,
		               "the keyword index is not what the articles "
		               "give");
	return 0;
}
