/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild.h - what the parts of fiche_copy() share: rebuild.c (which records go
 * over), rebuild_read.c (blocks of the source, decoded and understood),
 * rebuild_plan.c (which blocks are copied, which are made) and rebuild_dicts.c
 * (their dictionaries).
 */
#ifndef ARCHIVE_REBUILD_H
#define ARCHIVE_REBUILD_H

#include "archive/writer.h"
#include "fiche/rebuild.h"

/* One block of the source, until its records are written. */
struct source_block {
	struct segment_block where;
	const struct reader_segment *segment;
	uint64_t first_record;
	bool *wanted; /* one for each record, in `arena`; NULL: all */

	/* after rebuild_read() */
	int status; /* lost as a whole if < 0 */
	struct fiche_error why;
	struct block block;
	struct batch_record *records; /* block.head.record_count */
	size_t records_cap;
	struct arena arena; /* texts of the records */
	bool odd;           /* is not what a writer should have written */

	/* after sifting */
	uint32_t kept; /* records that go over */
};

/* What one thread needs to read. */
struct rebuild_thread {
	struct decoder *decoder;
	struct fiche_view *view; /* for bodies of other blocks */
	struct buf record;
	struct sha256 *hash;
};

/* A dictionary of the source. */
struct rebuild_dict {
	uint32_t id;
	unsigned class;
	uint64_t used;               /* by this many bytes of the batch */
	const struct dictionary *to; /* its copy; NULL: there is none yet */
};

/* What was chosen for records of a language that are compressed anew. */
struct rebuild_language {
	struct fiche_text name;
	bool chosen;
	bool pending;   /* in this batch, of: */
	size_t cluster; /* the largest one */
	const struct dictionary *cards_dict, *bodies_dict;
};

#define REBUILD_LANGUAGES 64

/* Records of which only the digest goes over, and what is said of it. */
struct rebuild_redaction {
	const uint64_t *numbers; /* ascending */
	size_t count;
	struct fiche_statement said; /* but for number and digest */
};

struct rebuild {
	struct fiche_writer *w;
	struct fiche_reader *r;
	const struct rebuild_redaction *redaction; /* NULL: nothing is taken out
	                                            */
	const struct fiche_copy_options *opt;
	struct fiche_copy_stats stats;
	bool commits; /* when there is much to remember */
	struct fiche_view *view;
	struct rebuild_thread *threads;

	struct source_block **blocks; /* of the batch */
	size_t count, cap;
	size_t made;                    /* slots of `blocks` that exist */
	size_t read;                    /* blocks that are decoded */
	size_t records, unread_records; /* of the blocks */
	size_t bytes;                   /* decoded, of those */

	struct rebuild_dict *dicts; /* in order of id, then class */
	size_t dict_count, dict_cap;
	struct rebuild_language languages[REBUILD_LANGUAGES];
	size_t language_count;
	struct arena names;

	struct arena defaults; /* that the writer's batch borrows */
	size_t defaults_bytes;
};

/*
 * fiche_copy() of a whole archive into an empty one, in which each record has
 * the number it had, be it there twice or not.  Nothing is left of the records
 * of `what`, nor of a dictionary: it may have been trained with them.
 */
int rebuild_redact(struct fiche_writer *to, struct fiche_reader *from,
                   const struct rebuild_redaction *what,
                   const struct fiche_copy_options *opt,
                   struct fiche_copy_stats *out, struct fiche_error *err);

/* Is the record one of those?  `what` may be NULL. */
bool rebuild_redacts(const struct rebuild_redaction *what, uint64_t number);

/* Decode and understand blocks[read] to blocks[count - 1].  What is wrong with
 * a block or a record stays with it; FICHE_ERR_NOMEM. */
int rebuild_read(struct rebuild *x, struct fiche_error *err);

/* The batch's order is numbered: make clusters of it. */
int rebuild_plan(struct rebuild *x, struct fiche_error *err);

/* The entry of a dictionary of the source; NULL: out of memory. */
struct rebuild_dict *rebuild_dict(struct rebuild *x, uint32_t id,
                                  unsigned class);
/* Give it its copy, if its use pays for it: d->to is set, or stays NULL. */
int rebuild_dict_take(struct rebuild *x, struct rebuild_dict *d,
                      struct fiche_error *err);
/* Are those in memory so many that a commit, and rebuild_dicts_release() behind
 * it, should come before the next batch? */
bool rebuild_dicts_full(const struct rebuild *x);
void rebuild_dicts_release(struct rebuild *x);

#endif
