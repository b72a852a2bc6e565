/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild.h - articles from archive to archive: to merge, compact or split
 * them, and to tell two of them apart.
 *
 * What goes over is what the compressor made: a block whose articles are all
 * wanted and all new is copied with its frames as they are, decoded and
 * compared on the way; of another block the rest is compressed anew.
 */
#ifndef FICHE_REBUILD_H
#define FICHE_REBUILD_H

#include "fiche/reader.h"
#include "fiche/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fiche_copy_options {
	/*
	 * Compress everything anew, in the order and with the dictionaries that
	 * the writer would choose if the records were added one by one.
	 */
	bool recompress;
	/* Is this record wanted?  Asked once for each, in order; NULL: all. */
	bool (*take)(void *ctx, uint64_t number);
	/* `count` records from `number` on cannot be read, and are left out. */
	void (*on_loss)(void *ctx, uint64_t number, uint64_t count,
	                const struct fiche_error *why);
	/* Bytes of the archive that is read. */
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_copy_stats {
	uint64_t read;          /* wanted and whole; new or not */
	uint64_t lost;          /* told through on_loss */
	uint64_t withdrawn;     /* in `from`, and from now on in `to` */
	uint64_t blocks_copied; /* with their frames */
	uint64_t blocks_made;   /* of records of blocks that could not be; not
	                           with recompress */
};

/*
 * Add the records of `from` to those of `to`, in their order.  Records that are
 * there already are counted as duplicates.  As with fiche_writer_add_json(),
 * nothing is visible before fiche_writer_commit(); but a commit is made now and
 * then where memory would grow with the number of records - not if `to` is
 * empty and has no commit, so that a whole archive goes over in one.
 *
 * What is withdrawn in `from` is withdrawn in `to`, with what was said of it,
 * be the record new or there already; records that are not wanted are left
 * where they are.
 *
 * Without recompress, records that are all new keep their order, and in an
 * empty archive their numbers.  If all are wanted, the duplicates that `from`
 * has counted are counted on.
 *
 * `opt` and `out` may be NULL.  Returns 0 even if records are lost, or
 * FICHE_ERR_STATE, FICHE_ERR_IO, FICHE_ERR_NOMEM, FICHE_ERR_CORRUPT (a frame
 * did not decode to what went in, or what is withdrawn cannot be told) or
 * FICHE_ERR_LIMIT: then the writer can only be closed.
 */
FICHE_API int fiche_copy(struct fiche_writer *to, struct fiche_reader *from,
                         const struct fiche_copy_options *opt,
                         struct fiche_copy_stats *out, struct fiche_error *err);

enum fiche_difference_kind {
	FICHE_ONLY_FIRST,  /* there is nothing like it in the second */
	FICHE_ONLY_SECOND, /* nor of this one in the first */
	FICHE_CHANGED,     /* both have its URL, with other records */
};

struct fiche_difference {
	enum fiche_difference_kind kind;
	uint64_t first, second; /* numbers of records; with ONLY_, one counts */
};

struct fiche_diff_stats {
	uint64_t same; /* records of the first that the second has */
	/* Of these, redacted in the first alone, and in the second alone. */
	uint64_t redacted[2];
	uint64_t only[2]; /* of the first, of the second */
	uint64_t changed;
	uint64_t damaged; /* of these, whose URL could not be read */
};

/*
 * Tell what two archives do not have in common; every version counts.  A
 * record that the other one lacks is named once, by itself or as a change: then
 * beside the newest version of its URL that the other one has.  First those
 * that the first has, in its order, then those that only the second has.
 *
 * `each` may be NULL.  If it answers something other than 0, that is returned
 * at once.  Otherwise 0, or errors of reading.
 */
FICHE_API int fiche_diff(
	struct fiche_reader *first, struct fiche_reader *second,
	int (*each)(void *ctx, const struct fiche_difference *d), void *ctx,
	struct fiche_diff_stats *out, struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
