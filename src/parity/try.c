/* SPDX-License-Identifier: Apache-2.0 */
/* try.c - a sample of what was encoded, solved before it is committed
 * (spec 4.12); see try.h. */

#include "parity/try.h"

#include <string.h>

#include "base/err.h"

/* The parity of a strip as it was written. */
static int load_rows(struct strips *s, const struct parity_strip *strip,
                     struct fiche_error *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < strip->rows; i++) {
		struct io_file *f;
		uint64_t at;
		uint32_t t;

		(void)parity_strip_page(strip, strip->lanes + i, 0, &t);
		f = strips_place(s, t, &at);
		r = io_read(f, at,
		            strips_page(s, strip->lanes + strip->rows + i, 0),
		            PARITY_PAGE, err);
	}
	return r;
}

static int check(struct strips *s, const struct parity_strip *strip,
                 const uint8_t *lanes, unsigned count, struct fiche_error *err)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t tag[PARITY_TAG];
		uint32_t t;

		if (!parity_strip_page(strip, lanes[i], 0, &t))
			continue;
		if (parity_tag(tag, strips_page(s, lanes[i], 0)) < 0)
			return err_nomem(err);
		if (memcmp(tag, strips_tag(s, t), PARITY_TAG) != 0)
			return err_set(err, FICHE_ERR_STATE,
			               parity_page_at(&s->head, t),
			               "a page does not come back from its "
			               "parity: nothing was written; is the "
			               "memory of this machine sound?");
	}
	return 0;
}

/* Lose as many lanes as there are rows, from `first` on, and solve for them. */
static int try_lanes(struct strips *s, const struct parity_strip *strip,
                     unsigned first, struct fiche_error *err)
{
	uint8_t lanes[255], rows[255];
	unsigned n = 0;
	int r;

	for (; n < strip->rows && first + n < strip->lanes; n++) {
		memset(strips_page(s, first + n, 0), 0, PARITY_PAGE);
		rows[n] = (uint8_t)n;
		lanes[n] = (uint8_t)(first + n);
	}
	strips_sum(s, strip);
	r = strips_solve(s, strip, 0, lanes, rows, n, err);
	return r == 0 ? check(s, strip, lanes, n, err) : r;
}

/*
 * The lanes of a word fall into pieces, and the pieces to `parts` words in
 * turn: a coefficient that is wrong is wrong in all words, while in a word any
 * lanes tell whether its parity is right.
 */
static int try_word(struct strips *s, const struct parity_strip *strip,
                    unsigned part, unsigned parts, struct fiche_error *err)
{
	unsigned pieces = (strip->lanes + strip->rows - 1u) / strip->rows;
	unsigned last = strip->lanes > strip->rows
	                        ? strip->lanes - (unsigned)strip->rows
	                        : 0;
	int r = strips_load(s, strip, err);

	if (r == 0)
		r = load_rows(s, strip, err);
	for (unsigned i = part; r == 0 && (i < pieces || i == part);
	     i += parts) {
		unsigned first = i % pieces * strip->rows;

		r = try_lanes(s, strip, first < last ? first : last, err);
	}
	return r;
}

int parity_try(struct strips *s, struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	struct parity_strip strip = parity_outer_strip(g, g->span_pages / 2, 1);
	unsigned spans = g->spans + (unsigned)g->outer;
	int r = g->outer ? try_word(s, &strip, 0, 1, err) : 0;

	for (unsigned span = 0; r == 0 && span < spans; span++) {
		/* Other groups in other spans. */
		strip = parity_inner_strip(g, span, span * 31 % g->groups, 1);
		r = try_word(s, &strip, span, spans, err);
	}
	return r;
}
