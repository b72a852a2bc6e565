/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parity.h - PARITY sections: their heads, their tables, and which page stands
 * where (spec 3.8).  The sums themselves are parity/rs.h.
 *
 * The pages that have tags are numbered in the order of the tags: data, outer,
 * inner.  Whatever is summed or solved is a strip of those: lanes of data side
 * by side, lanes of parity, and each column of a strip is one code word.
 */
#ifndef FORMAT_PARITY_H
#define FORMAT_PARITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/parity.h"
#include "format/section.h"

#define PARITY_PAGE 4096
#define PARITY_MAGIC                                                           \
	"\x89"                                                                 \
	"FCP\r\n\x1a\n"
#define PARITY_HEAD      96
#define PARITY_TAG       8
#define PARITY_TAGS      496 /* of a table page */
#define PARITY_TAGS_SIZE ((size_t)PARITY_TAGS * PARITY_TAG)
#define PARITY_ZONE_MAX  262144u
/* The number in the head that begins the payload, which is no table page. */
#define PARITY_NO_TABLE UINT32_MAX
/* Table pages are summed as if there were so many in each group. */
#define PARITY_TABLE_K        64
#define PARITY_TABLE_ROWS_MAX (PARITY_TABLE_K + 2 * (PARITY_TABLE_K / 4 + 1))

struct parity_geometry {
	uint32_t pages;             /* N */
	uint8_t spans, outer, k, p; /* S, O, k, p */
	/* These follow. */
	uint32_t span_pages; /* L */
	uint32_t groups;     /* G, of each span */
	uint32_t outer_pages, inner_pages;
	uint32_t tags;         /* of all pages of the three kinds */
	uint32_t tables;       /* T */
	uint32_t table_groups; /* H */
	uint32_t table_rows;   /* P */
	uint32_t near_rows;    /* A, of these: they stand behind the tables */
};

/*
 * Of a zone of `pages` pages.  False if a rule of spec 3.8 is broken, or the
 * section would be longer than a section can be: so no count is above 2^21.
 */
bool parity_geometry_init(struct parity_geometry *out, uint32_t pages,
                          unsigned spans, unsigned outer, unsigned k,
                          unsigned p);
/* The one that a writer chooses. */
void parity_choose(struct parity_geometry *out, enum fiche_parity profile,
                   uint32_t pages);
/* Bytes of the section, its header included. */
uint64_t parity_section_size(const struct parity_geometry *g);

struct parity_head {
	uint8_t uuid[UUID_SIZE];
	uint64_t offset, sequence; /* of the section */
	int64_t time;              /* of the COMMIT behind it */
	uint64_t start;            /* of the zone */
	struct parity_geometry geometry;
	uint32_t zone, zones;
	uint32_t number; /* of the table page */
	uint8_t profile;
	uint64_t batch_start; /* of the generation */
};

void parity_head_encode(uint8_t out[PARITY_HEAD], const struct parity_head *h);
/* Decode a head that is said by the file's offset `at`.  `uuid` may be NULL
 * (any).  FICHE_ERR_CORRUPT. */
int parity_head_decode(struct parity_head *out, const uint8_t raw[PARITY_HEAD],
                       uint64_t at, const uint8_t *uuid,
                       struct fiche_error *err);
/* Do both tell of the same section?  The number may differ. */
bool parity_head_same(const struct parity_head *a, const struct parity_head *b);

/* ---- Places in the file ---- */

uint64_t parity_page_at(const struct parity_head *h, uint32_t tagged);
/* Of table page `number`, or of table parity, whose numbers go on behind. */
uint64_t parity_table_at(const struct parity_head *h, uint32_t number);
uint32_t parity_table_count(const struct parity_geometry *g); /* of both */

/* ---- Tables ---- */

/* Head and SHA-256 around the tags, or sums of tags, that stand in `page`.
 * 0 or FICHE_ERR_NOMEM. */
int parity_table_seal(uint8_t page[PARITY_PAGE], const struct parity_head *h,
                      uint32_t number);
/* Check a page of a table or of its parity.  FICHE_ERR_CORRUPT, _NOMEM. */
int parity_table_decode(struct parity_head *out,
                        const uint8_t page[PARITY_PAGE], uint64_t at,
                        const uint8_t *uuid, struct fiche_error *err);
/* The tags, all table pages' one after another, summed as row `row` of the
 * parity of `group` has to have them: slow, and without a library. */
void parity_table_sum(uint8_t out[PARITY_TAGS_SIZE],
                      const struct parity_geometry *g, const uint8_t *tags,
                      uint32_t group, uint32_t row);
/* 0 or FICHE_ERR_NOMEM. */
int parity_tag(uint8_t out[PARITY_TAG], const uint8_t page[PARITY_PAGE]);
/* The tags of pages that stand one after another. */
int parity_tag_run(uint8_t *out, const uint8_t *pages, uint32_t count);

/* ---- Strips ---- */

struct parity_strip {
	uint8_t n;      /* of a(n, r, c) */
	uint8_t lanes;  /* of data; those of n that are not here are zero */
	uint8_t rows;   /* lanes of parity */
	uint32_t width; /* pages side by side: so many code words */
	uint32_t first, stride, end; /* page i of lane c is first + c * stride
	                              * + i, if that is less than end */
	uint32_t sum_first, sum_stride; /* the same of parity */
};

/* Groups `group` and following of a span, data or outer. */
struct parity_strip parity_inner_strip(const struct parity_geometry *g,
                                       unsigned span, uint32_t group,
                                       uint32_t width);
/* Page `x` and following of all data spans, and their outer pages. */
struct parity_strip parity_outer_strip(const struct parity_geometry *g,
                                       uint32_t x, uint32_t width);

/* The tagged page of a lane in a column; false if there is none. */
bool parity_strip_page(const struct parity_strip *s, unsigned lane,
                       uint32_t column, uint32_t *tagged);

#endif
