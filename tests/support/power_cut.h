/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power_cut.h - what a power cut may leave of a file.
 *
 * What was written before the last sync is there.  Of what was written after
 * it, each sector of 512 bytes may be as before, new, new up to where some
 * write ended, or garbage; and the file may be as long as at any time since.
 *
 * A medium follows the writes and syncs of one file that only grows.  At any
 * moment it builds such states, one after another, in `image`.
 */
#ifndef SUPPORT_POWER_CUT_H
#define SUPPORT_POWER_CUT_H

#include "base/buf.h"
#include "io/memory.h"

#define POWER_CUT_SECTOR 512

struct medium {
	bool named;       /* before, nobody finds it after a power cut */
	struct buf now;   /* as everybody sees it */
	uint64_t durable; /* bytes of it that no power cut takes away */
	struct buf image; /* one state; the durable bytes are those of `now` */
	uint64_t random;  /* state of what is chosen by chance */

	uint64_t *write_end; /* of the writes since the last sync */
	size_t writes, writes_cap;
};

/* A file that is durable, with a name; `len` 0: one that is new. */
void medium_init(struct medium *m, const void *bytes, size_t len,
                 uint64_t seed);
void medium_done(struct medium *m);
/* A write, a sync or the publishing happens.  Writes anywhere but at the end
 * are refused by an assertion: nothing here ever overwrites. */
void medium_apply(struct medium *m, const struct io_logged *e);

struct cut_plan {
	/* At most so many sectors are tried in all combinations of old, new and
	 * garbage; of more, */
	size_t all_up_to;
	/* this many alone are not new, in each way, */
	size_t singles;
	/* and all of them together are something by chance, this often. */
	size_t samples;
};

typedef void medium_state(void *ctx, const struct medium *m);

/* The power is cut now: call `each` for the states of the plan. */
void medium_cut(struct medium *m, const struct cut_plan *plan,
                medium_state *each, void *ctx);
/* Any state, by chance, into `image`. */
void medium_by_chance(struct medium *m);
/* What tells the state in `image` from others. */
uint64_t medium_hash(const struct medium *m);

/* A set of such hashes. */
struct distinct {
	uint64_t *slot;
	size_t count, cap; /* cap a power of two, or 0 */
};

/* Was it new?  Memory is asserted. */
bool distinct_add(struct distinct *d, uint64_t hash);
void distinct_done(struct distinct *d);

#endif
