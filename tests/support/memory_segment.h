/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_segment.h - a segment whose logical bytes are in memory, and a drive
 * through everything that can be asked of one.
 */
#ifndef SUPPORT_MEMORY_SEGMENT_H
#define SUPPORT_MEMORY_SEGMENT_H

#include "base/buf.h"
#include "index/build.h"
#include "index/segment.h"

/* Aborts on a read outside of the bytes. */
struct memory_segment {
	struct segment_in in;
	const uint8_t *bytes;
	uint64_t len;
	uint64_t reads;
	uint64_t fail_at; /* the read with this number fails; 0: none */
};

void memory_segment_init(struct memory_segment *m, const void *bytes,
                         size_t len);

/* Collects what index_merge() writes. */
struct memory_out {
	struct segment_out out;
	struct buf bytes;
	uint64_t writes;
	uint64_t fail_at;
};

void memory_out_init(struct memory_out *o);

/*
 * Ask everything of an opened segment, which may be nonsense, and merge it with
 * nothing.  Aborts if an answer breaks its contract; failures must be
 * FICHE_ERR_CORRUPT with a text.
 */
void memory_segment_drive(const struct segment *s, struct memory_segment *m);

#endif
