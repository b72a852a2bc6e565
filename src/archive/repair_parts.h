/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair_parts.h - what the parts of fiche_repair() share: repair.c (the walk),
 * repair_copies.c (what the copies have at a place, and what two of them have
 * together) and repair_put.c (what is written there, and told of it).
 */
#ifndef ARCHIVE_REPAIR_PARTS_H
#define ARCHIVE_REPAIR_PARTS_H

#include "archive/repair.h"
#include "base/hash.h"
#include "format/commit.h"
#include "format/section.h"

#define REPAIR_CHUNK ((size_t)1 << 20)

struct repair_copy {
	struct io_file *file;
	uint64_t size;
	/* From `from` on there is no good header before `next`: so that no
	 * bytes are looked through for each gap. */
	uint64_t from, next;
};

struct repair {
	/* And one that is mended. */
	struct repair_copy copies[REPAIR_FILES_MAX + 1];
	size_t count;
	struct io_file *out;
	const struct fiche_repair_options *opt;
	struct fiche_repair_report *report;
	bool known; /* whose archive it is: */
	uint8_t uuid[UUID_SIZE];
	uint64_t at, end;  /* of the longest copy */
	uint64_t void_end; /* up to here nothing means anything */
	uint64_t work;     /* bytes that may still be hashed to put together */
	struct sha256 *hash;
	uint8_t *chunk; /* REPAIR_CHUNK bytes */
};

/* ---- What the copies have: repair_copies.c ---- */

/* The archive that they are copies of, to be asked first: sets x->uuid and
 * x->known.  The first bytes of the copies tell, or any section where those are
 * lost in all.  FICHE_ERR_ARG: of several archives; FICHE_ERR_FOREIGN: none. */
int repair_find_identity(struct repair *x, struct fiche_error *err);

/* A copy that ends before, or cannot be read there, does not have it: damaged
 * media say so.  Then `out` may hold anything. */
bool repair_read_copy(const struct repair_copy *c, uint64_t at, void *out,
                      size_t len);

/* Has the copy the payload whose hash the header tells?  Uses x->chunk. */
bool repair_payload_is_good(struct repair *x, const struct repair_copy *c,
                            const struct section *s);

/* A good header at x->at: of a copy, or put together.  *first tells whether the
 * first copy has it.  What follows it may be bad. */
bool repair_find_header(struct repair *x, struct section *s,
                        uint8_t raw[SECTION_HEADER_SIZE], bool *first);

/* The next place, from `at` on, where any copy has a good header; UINT64_MAX:
 * there is none.  Uses x->chunk. */
uint64_t repair_next_section(struct repair *x, uint64_t at);

/* The footer that ends at `end`, of any copy that has it. */
bool repair_find_footer(const struct repair *x, uint64_t end,
                        uint8_t raw[FOOTER_SIZE]);

/* A payload that no copy has: put together of two.  0 if it was written,
 * FICHE_END if it cannot be; FICHE_ERR_NOMEM or FICHE_ERR_IO. */
int repair_put_mixed(struct repair *x, const struct section *s,
                     struct fiche_error *err);

/* ---- What is written: repair_put.c ---- */

/*
 * The section at s->offset, with the header `raw` that repair_find_header()
 * found.  A payload that is lost is written as the first copy has it, zeros
 * where that cannot be read.  Counts and tells; *whole tells whether the
 * section is as its hash wants it.  Leaves x->at.
 */
int repair_put_section(struct repair *x, const struct section *s,
                       const uint8_t raw[SECTION_HEADER_SIZE], bool first,
                       bool *whole, struct fiche_error *err);

/* The footer at x->at, behind the COMMIT `s` that was written whole: all of it
 * follows from that.  Goes behind it. */
int repair_put_footer(struct repair *x, const struct section *s,
                      struct fiche_error *err);

/* The footer at x->at, behind a COMMIT that is lost: of a copy that has it, or
 * as the first has it.  Goes behind it. */
int repair_put_old_footer(struct repair *x, struct fiche_error *err);

/* No copy has a header at x->at: the void of an interrupted append, or damage.
 * Writes the bytes of the first copy up to the next section, the void's end or
 * x->end, and goes there. */
int repair_put_gap(struct repair *x, struct fiche_error *err);

#endif
