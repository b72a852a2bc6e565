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

/* As many lanes at once as there are rows, until each was lost once. */
static int try_word(struct strips *s, const struct parity_strip *strip,
                    struct fiche_error *err)
{
	uint8_t lanes[255], rows[255];
	int r = strips_load(s, strip, err);

	if (r == 0)
		r = load_rows(s, strip, err);
	for (unsigned lane = 0; r == 0 && lane < strip->lanes;) {
		unsigned n = 0;

		for (; n < strip->rows && lane < strip->lanes; n++) {
			memset(strips_page(s, lane, 0), 0, PARITY_PAGE);
			rows[n] = (uint8_t)n;
			lanes[n] = (uint8_t)lane++;
		}
		strips_sum(s, strip);
		r = strips_solve(s, strip, 0, lanes, rows, n, err);
		if (r == 0)
			r = check(s, strip, lanes, n, err);
	}
	return r;
}

int parity_try(struct strips *s, struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	struct parity_strip strip = parity_outer_strip(g, g->span_pages / 2, 1);
	int r = g->outer ? try_word(s, &strip, err) : 0;

	for (unsigned span = 0; r == 0 && span < g->spans + (unsigned)g->outer;
	     span++) {
		/* Other groups in other spans. */
		strip = parity_inner_strip(g, span, span * 31 % g->groups, 1);
		r = try_word(s, &strip, err);
	}
	return r;
}
