/* SPDX-License-Identifier: Apache-2.0 */
/* doclist.h - ascending lists of records as runs (spec 3.5, "A list"). */
#ifndef FORMAT_DOCLIST_H
#define FORMAT_DOCLIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"

/* Collects ascending numbers into runs.  Start with a zeroed struct. */
struct doclist_writer {
	uint64_t next;  /* end of what is encoded */
	uint64_t start; /* of the open run */
	uint64_t len;   /* of the open run */
	uint64_t count;
};

/* `doc` is above all earlier ones. */
void doclist_add(struct doclist_writer *w, struct buf *out, uint64_t doc);
/* `len` numbers from `doc` on. */
void doclist_add_run(struct doclist_writer *w, struct buf *out, uint64_t doc,
                     uint64_t len);
void doclist_finish(struct doclist_writer *w, struct buf *out);

/* Reads runs back; bounded by `end` (no number reaches it). */
struct doclist {
	struct cursor c;
	uint64_t next;
	uint64_t end;
	bool bad;
};

void doclist_init(struct doclist *l, const void *bytes, size_t len,
                  uint64_t end);
/* The next run; false at the end or when malformed (then l->bad). */
bool doclist_next(struct doclist *l, uint64_t *start, uint64_t *len);
/* How many numbers that are left have their bit, counted from `base`; stops
 * where the list is malformed (l->bad). */
uint64_t doclist_count(struct doclist *l, const uint64_t *bits, uint64_t base);

#endif
