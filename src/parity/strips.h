/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strips.h - a zone at work: its pages come from files strip by strip, as many
 * as the memory holds, to be summed or solved for (spec 3.8).
 */
#ifndef PARITY_STRIPS_H
#define PARITY_STRIPS_H

#include "format/parity.h"
#include "io/io.h"
#include "parity/rs.h"

struct strips {
	struct parity_head head;
	struct io_file *data; /* borrowed: the archive */
	struct io_file *sums; /* borrowed: where the section stands, */
	uint64_t sums_at;     /* from here on */
	/* Of all tagged pages, as in table pages one after another. */
	uint8_t *tags;
	struct rs *inner, *outer; /* outer may be NULL */
	uint32_t inner_width, outer_width;
	uint8_t *memory;            /* lanes of a strip, then its rows, twice */
	uint8_t *lane[2 * 255 + 1]; /* where they are for the last strip */
};

/* Memory for a zone.  0 or FICHE_ERR_NOMEM. */
int strips_init(struct strips *s, const struct parity_head *head,
                struct fiche_error *err);
void strips_done(struct strips *s);

/* The tag of a page, to be read or written. */
uint8_t *strips_tag(struct strips *s, uint32_t tagged);
/* Where a tagged page stands, and in which of the files. */
struct io_file *strips_place(const struct strips *s, uint32_t tagged,
                             uint64_t *at);

/* The strips of a zone one after another; x begins at 0.  False at the end. */
bool strips_next_inner(const struct strips *s, unsigned span, uint32_t *x,
                       struct parity_strip *out);
bool strips_next_outer(const struct strips *s, uint32_t *x,
                       struct parity_strip *out);

/* The lanes of this strip, however wide, will be read in narrower ones: the
 * medium shall not have to go from lane to lane for each. */
void strips_expect(const struct strips *s, const struct parity_strip *strip);
/* Make s->lane[] point to room for this strip: its lanes, its rows, and as many
 * rows again. */
void strips_lay_out(struct strips *s, const struct parity_strip *strip);
/* How many pages of a lane are there: they stand one after another. */
uint32_t strips_run(const struct parity_strip *strip, unsigned lane);
/* Lay out, and read the lanes.  0 or the failure of io_read(). */
int strips_load(struct strips *s, const struct parity_strip *strip,
                struct fiche_error *err);
/* Fill the rows with the sums of the lanes. */
void strips_sum(struct strips *s, const struct parity_strip *strip);
/*
 * Solve one column for the pages of `count` lanes, which were zero when the
 * rows were summed.  The second rows hold what the sums should be; those of
 * rows[] are used.  Both lists ascend.  0 or FICHE_ERR_NOMEM.
 */
int strips_solve(struct strips *s, const struct parity_strip *strip,
                 uint32_t column, const uint8_t *lanes, const uint8_t *rows,
                 unsigned count, struct fiche_error *err);
/* A page of a lane; the second rows are the lanes behind the first ones. */
uint8_t *strips_page(const struct strips *s, unsigned lane, uint32_t column);

/* Sums of tags, for the table parity: those of `group` into rows of
 * PARITY_TAGS_SIZE bytes each.  0 or FICHE_ERR_NOMEM. */
int strips_sum_tables(const struct strips *s, uint32_t group, uint8_t *rows,
                      struct fiche_error *err);

#endif
