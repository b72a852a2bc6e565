/* SPDX-License-Identifier: Apache-2.0 */
/* segment_terms.h - walk the terms of a segment in order, page by page. */
#ifndef INDEX_SEGMENT_TERMS_H
#define INDEX_SEGMENT_TERMS_H

#include <stdint.h>

#include "base/buf.h"
#include "format/terms.h"
#include "index/segment.h"

struct term_walk {
	const struct segment *segment;
	struct segment_in *in;
	const struct terms_fences *fences;
	uint32_t next, end; /* pages still to load */
	struct buf bytes;   /* of the loaded page */
	struct terms_page page;
};

/* Pages [from, end).  Everything given is borrowed. */
void term_walk_init(struct term_walk *w, const struct segment *s,
                    struct segment_in *in, const struct segment_fences *f,
                    uint32_t from, uint32_t end);
void term_walk_done(struct term_walk *w);
/* The next term into w->page: 0, FICHE_END or a failure. */
int term_walk_next(struct term_walk *w, struct fiche_error *err);
/* Where the list of the term is. */
struct segment_part term_walk_list(const struct term_walk *w);

#endif
