/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h - what writer.c, known.c and choose.c share. */
#ifndef ARCHIVE_WRITER_H
#define ARCHIVE_WRITER_H

#include "archive/batch.h"
#include "archive/emit.h"
#include "archive/file.h"
#include "archive/finder.h"
#include "archive/indexing.h"
#include "archive/reader.h"
#include "archive/seen.h"
#include "fiche/writer.h"
#include "format/merkle.h"

/* Beyond this the tables of seen records are dropped after a commit and the
 * index is asked instead. */
#define WRITER_SEEN_MAX ((size_t)1 << 20)

/* A dictionary of this archive, and for which articles it was chosen. */
struct writer_dict {
	struct dictionary *dict;
	struct commit_dict where;
	bool is_new; /* written since the last commit: parity is owed */
};

struct fiche_writer {
	char *path;
	char *defaults; /* JSON, or "" */
	struct fiche_writer_options opt;
	int level;
	bool plain;
	bool words; /* with a keyword index */
	struct io *io;
	struct archive archive; /* owns the file and its lock */
	struct pool *pool;
	struct batch batch;
	struct emitter emit;
	uint64_t void_len; /* of the batch that is open */
	struct merkle tree;
	struct indexing *indexing;
	struct finder *finder; /* of words; made when needed */
	struct writer_dict *dicts;
	size_t dict_count, dict_cap;
	bool dicts_loaded; /* those of earlier commits */
	/* By what is in them: see rebuild_dicts.c. */
	struct seen dict_contents;
	size_t dicts_hashed; /* of `dicts` */
	size_t dict_bytes;   /* raw, copied ones */
	bool contents_known; /* of earlier commits */

	/* Records of this writer, and of the archive when looked up. */
	struct seen digests, urls, bodies;
	struct fiche_reader *base; /* the last commit; opened when needed */
	struct fiche_view *base_view;

	uint64_t next_number;
	uint64_t records, duplicates, record_bytes, body_bytes, blocks;
	uint64_t committed_records; /* by this writer */
	struct fiche_writer_stats stats;
	/* What the next commit withdraws; loaded when it is to be changed. */
	struct withdrawals withdrawn;
	bool withdrawn_loaded, withdrawn_changed;
	bool failed;
	bool unnamed; /* until writer_publish() */
};

/* writer.c: the time, or what the options say it is. */
int writer_clock(struct fiche_writer *w, int64_t *now, struct fiche_error *err);

/* writer.c: sync, or forget what the cache claims. */
int writer_sync(struct io_file *f, struct fiche_error *err);

/* flush.c: understand, compress and write what was added. */
int writer_flush(struct fiche_writer *w, struct fiche_error *err);

/* flush.c: begin the sections of a new generation. */
int writer_begin(struct fiche_writer *w, struct fiche_error *err);
/* The same, if that was not done, for new records. */
int writer_begin_records(struct fiche_writer *w, struct fiche_error *err);
/* Numbers, shared bodies and versions of what is in the batch's order. */
int writer_number(struct fiche_writer *w, struct fiche_error *err);
/* Write and index the batch's blocks, which are encoded, and count them. */
int writer_store(struct fiche_writer *w, struct fiche_error *err);

/* writer.c: fiche_writer_add_json(), or _file() if there is a card, but of any
 * length and not checked. */
int writer_add(struct fiche_writer *w, const char *card, size_t card_len,
               const void *bytes, size_t len, const struct fiche_text *text,
               const struct fiche_origin *origin, struct fiche_error *err);

/* seal.c: index, COMMIT, FOOTER, sync; then w->archive is the new state. */
int writer_seal(struct fiche_writer *w, struct fiche_error *err);
/* Its parts: an INDEX section of what was collected, and `count` older segments
 * in front of it; */
int writer_write_segment(struct fiche_writer *w, struct indexing *x,
                         const struct segment_part_in *before, size_t count,
                         struct commit_segment *out, struct fiche_error *err);
/* and a COMMIT whose live segments are the first `kept` of the last commit's,
 * and the added ones. */
int writer_seal_index(struct fiche_writer *w, size_t kept,
                      const struct commit_segment *added, size_t count,
                      struct fiche_error *err);

/* and a COMMIT that is ready but for the hash of its batch.  What it owns is
 * taken, success or not. */
int writer_seal_commit(struct fiche_writer *w, struct commit *c,
                       struct fiche_error *err);

/* known.c: is it in the archive, or among what this writer has added? */

/* The same record was stored before, whole or redacted. */
enum known { KNOWN_NOT, KNOWN_WHOLE, KNOWN_REDACTED };
int known_digest(struct fiche_writer *w, const uint8_t digest[32],
                 enum known *known, struct fiche_error *err);
/* A record that was added or is about to be: 0 or FICHE_ERR_NOMEM. */
int known_add(struct fiche_writer *w, const struct fiche_article *a);
/* Count what came again. */
void writer_count_duplicate(struct fiche_writer *w,
                            const struct fiche_article *a, enum known known);
/* The newest version of a URL.  0, or FICHE_END if there is none. */
int known_url(struct fiche_writer *w, const struct batch_record *r,
              uint64_t *number, int64_t *time, struct fiche_error *err);
/* The record that holds the same body.  0, or FICHE_END. */
int known_body(struct fiche_writer *w, const struct batch_record *r,
               uint64_t *number, struct fiche_error *err);
/* The number of a record that is stored, by its digest.  0, or FICHE_END. */
int known_number(struct fiche_writer *w, const uint8_t digest[32],
                 uint64_t *number, struct fiche_error *err);
/* A record that was added has got its number. */
void known_numbered(struct fiche_writer *w, const uint8_t digest[32],
                    uint64_t number);
/* The digest of a record of the last commit.  FICHE_ERR_ARG if there is none.
 */
int known_digest_of(struct fiche_writer *w, uint64_t number, uint8_t out[32],
                    struct fiche_error *err);
/* Forget what was opened of the last commit. */
void known_reset(struct fiche_writer *w);

/* withdraw.c: make w->withdrawn what the last commit has, to be changed. */
int writer_load_withdrawn(struct fiche_writer *w, struct fiche_error *err);
/* Write it, if it has changed, and forget that: *at is where it stands then. */
int writer_write_withdrawn(struct fiche_writer *w, uint64_t *at,
                           struct fiche_error *err);

/* choose.c: give each cluster of the batch its dictionary, writing new ones. */
int choose_dictionaries(struct fiche_writer *w, struct fiche_error *err);
void choose_done(struct fiche_writer *w);
/* An id that no dictionary has. */
uint32_t writer_next_dict(const struct fiche_writer *w);
/* Write a new dictionary into the open generation; it is taken, success or
 * not, and then the last of w->dicts. */
int writer_write_dict(struct fiche_writer *w, struct dictionary *d,
                      struct fiche_error *err);

/* tiers.c: how many of the last `count` segments (record counts, oldest first)
 * a new one of `added` records should be merged with (spec 4.7). */
size_t tiers_to_merge(const uint64_t *records, size_t count, uint64_t added);

/* reindex.c */
int reindex_io(struct io *io, const char *path,
               const struct fiche_reindex_options *opt,
               struct fiche_reindex_stats *out, struct fiche_error *err);

int writer_open_io(struct fiche_writer **out, struct io *io, const char *path,
                   const struct fiche_writer_options *opt,
                   struct fiche_error *err);
/* The same for a new archive that nobody sees before writer_publish() gives it
 * its name: closing it before leaves nothing behind. */
int writer_open_unnamed(struct fiche_writer **out, struct io *io,
                        const char *path,
                        const struct fiche_writer_options *opt,
                        struct fiche_error *err);
/* FICHE_ERR_EXISTS, FICHE_ERR_IO. */
int writer_publish(struct fiche_writer *w, struct fiche_error *err);

#endif
