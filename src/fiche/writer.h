/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.h - make an archive, or add to one.
 *
 * Records are collected in batches; a batch is grouped, compressed on several
 * threads, decoded again and compared, then written.  Nothing is visible to
 * readers before fiche_writer_commit() has returned 0, and then it is there
 * for good: a crash, a full disk or a later failure never takes it back.
 *
 * Threads: one writer is used by one thread at a time.
 */
#ifndef FICHE_WRITER_H
#define FICHE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"
#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FICHE_LEVEL_DEFAULT 0
#define FICHE_RECORD_MAX    ((size_t)64 << 20) /* bytes of one record */

struct fiche_writer;

enum fiche_open_mode {
	FICHE_CREATE, /* FICHE_ERR_EXISTS if the file is there */
	FICHE_APPEND, /* FICHE_ERR_IO (ENOENT) if it is not */
};

/* What the index of an archive holds. */
enum fiche_index {
	FICHE_INDEX_DEFAULT =
		0,         /* words; when appending, as the archive has it */
	FICHE_INDEX_WORDS, /* with keywords, for fiche_search() */
	FICHE_INDEX_BASIC, /* without them */
};

/* Where a record came from, for messages.  `file` must stay valid until the
 * record is committed or rejected; line is 0 for a whole file. */
struct fiche_origin {
	const char *file;
	uint64_t line;
};

/* Fields that records can be asked to have. */
enum fiche_require {
	FICHE_REQUIRE_URL = 1,
	FICHE_REQUIRE_TITLE = 2,
	FICHE_REQUIRE_TEXT = 4,
	FICHE_REQUIRE_DATE = 8, /* published, readable */
	FICHE_REQUIRE_SOURCE = 16,
	FICHE_REQUIRE_LANGUAGE = 32,
	FICHE_REQUIRE_AUTHORS = 64,
	FICHE_REQUIRE_TAGS = 128,
	FICHE_REQUIRE_ID = 256,
};

struct fiche_writer_options {
	enum fiche_open_mode mode;
	int level; /* zstd 1 to 22; 0 = the default */
	enum fiche_index index;
	bool plain;       /* no dictionaries, so that zstd -dc prints all */
	unsigned threads; /* 0 = one for each processor */
	/*
	 * If the last commit is damaged (or was torn by a power cut), opening
	 * for append is refused; with this, its bytes are declared void.
	 */
	bool give_up_commit;
	const char
		*defaults; /* JSON object for records that lack fields; NULL */
	unsigned require;  /* set of enum fiche_require: others are refused */
	/* Refuse records whose date is not readable, or is a time without a
	 * zone and no rule of the defaults gives one. */
	bool strict;
	const uint8_t *uuid; /* 16 bytes; NULL = random */
	bool has_time;       /* use `time` for every clock reading */
	int64_t time;
	bool has_created; /* of a new archive: it began at `created` */
	int64_t created;
	/*
	 * Called for each record that is refused, in input order, with the
	 * bytes that came in; at the latest during fiche_writer_commit().
	 */
	void (*on_reject)(void *ctx, const struct fiche_origin *origin,
	                  const void *bytes, size_t len,
	                  const struct fiche_error *why);
	/* Called after each batch. */
	void (*on_progress)(void *ctx, uint64_t records, uint64_t bytes_in,
	                    uint64_t bytes_out);
	void *ctx;
};

struct fiche_writer_stats {
	uint64_t records;    /* stored by this writer */
	uint64_t duplicates; /* same record again: counted, not stored */
	/* Of the duplicates: redacted in this archive, and not stored again;
	 * redacted where they were copied from, and kept whole here. */
	uint64_t redacted_here, redacted_there;
	uint64_t shared_bodies; /* other record, same body */
	uint64_t versions;      /* other record under a known URL */
	uint64_t rejected;
	/* Stored, but not found by date; some of them ambiguous, as 3/4/2021
	 * is.  The first of each, cut. */
	uint64_t unreadable_dates;
	uint64_t ambiguous_dates;
	char unreadable_date[48];
	char ambiguous_date[48];
	uint64_t verbatim; /* stored as a whole line, not as a card */
	uint64_t bytes_in;
	uint64_t file_size;
	uint64_t total_records; /* of the archive at the last commit */
	uint64_t generation;
	uint64_t void_bytes; /* of an interrupted append, found on opening */
	uint64_t structure_bytes; /* written since opening, without frames */
};

/*
 * Open for writing and take the writer's lock.  `opt` may be NULL (create).
 *
 * Returns 0, FICHE_ERR_EXISTS, FICHE_ERR_BUSY, FICHE_ERR_IO, FICHE_ERR_FOREIGN,
 * FICHE_ERR_UNSUPPORTED, FICHE_ERR_CORRUPT, FICHE_ERR_ARG (level, defaults) or
 * FICHE_ERR_NOMEM.  On failure *out is NULL and the file is as it was.
 */
FICHE_API int fiche_writer_open(struct fiche_writer **out, const char *path,
                                const struct fiche_writer_options *opt,
                                struct fiche_error *err);

/*
 * Add one JSON object (a line without its line end).  The bytes are copied.
 * A malformed one is reported through on_reject, not here.  May write a batch.
 *
 * Returns 0, FICHE_ERR_LIMIT (longer than FICHE_RECORD_MAX; nothing happened),
 * or FICHE_ERR_IO / FICHE_ERR_NOMEM / FICHE_ERR_CORRUPT (a frame did not decode
 * to what went in): then the writer can only be closed.
 */
FICHE_API int fiche_writer_add_json(struct fiche_writer *w, const void *json,
                                    size_t len,
                                    const struct fiche_origin *origin,
                                    struct fiche_error *err);

/*
 * Add a file as it is.  `card` is the JSON object fiche writes about it: path,
 * type, and whatever fields are known (spec 3.4, kind 2), but not `text`.
 * `text` is what a person reads of it, in UTF-8, kept beside it; NULL if that
 * is the file itself.  Returns as above, and FICHE_ERR_INPUT if card is not a
 * JSON object or text not UTF-8.
 */
FICHE_API int fiche_writer_add_file(struct fiche_writer *w, const char *card,
                                    size_t card_len, const void *bytes,
                                    size_t len, const struct fiche_text *text,
                                    const struct fiche_origin *origin,
                                    struct fiche_error *err);

/*
 * Withdraw records of earlier commits: with the next commit they are not shown
 * any more unless somebody asks for withdrawn ones.  Their bytes stay, and so
 * do digests and proofs.  `reason` and `authority` are UTF-8, or NULL.
 * fiche_writer_restore() takes that back.  Records for which it is so already
 * stay as they are; *changed (may be NULL) counts the others.
 *
 * Return 0, FICHE_ERR_ARG (no such record, or a text is longer than
 * FICHE_REASON_MAX or not UTF-8), FICHE_ERR_LIMIT (the list would pass 16 MiB,
 * some hundred thousand records), FICHE_ERR_CORRUPT (the list that is there
 * cannot be read), or errors of reading; nothing has changed then.
 */
FICHE_API int fiche_writer_withdraw(struct fiche_writer *w,
                                    const uint64_t *numbers, size_t count,
                                    const char *reason, const char *authority,
                                    uint64_t *changed, struct fiche_error *err);
FICHE_API int fiche_writer_restore(struct fiche_writer *w,
                                   const uint64_t *numbers, size_t count,
                                   uint64_t *changed, struct fiche_error *err);

/* Records and bytes not committed yet. */
FICHE_API uint64_t fiche_writer_pending(const struct fiche_writer *w);
FICHE_API uint64_t fiche_writer_pending_bytes(const struct fiche_writer *w);

/*
 * Make everything added so far durable and visible.  With nothing pending it
 * does nothing.  After a failure the writer can only be closed; what earlier
 * commits kept stays.
 */
FICHE_API int fiche_writer_commit(struct fiche_writer *w,
                                  struct fiche_error *err);

FICHE_API void fiche_writer_stats(const struct fiche_writer *w,
                                  struct fiche_writer_stats *out);

/* Drops what is not committed.  Accepts NULL. */
FICHE_API void fiche_writer_close(struct fiche_writer *w);

struct fiche_reindex_options {
	bool basic;       /* without keyword index */
	unsigned threads; /* 0 = one for each processor */
	bool has_time;    /* use `time` for every clock reading */
	int64_t time;
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_reindex_stats {
	uint64_t records;
	uint64_t index_bytes;
	uint64_t generation;
};

/*
 * Make the index of an archive anew, from its articles, as one more commit; the
 * answers it gives are those of the old one.  Takes the writer's lock.  `opt`
 * and `out` may be NULL.
 *
 * Returns 0, FICHE_ERR_CORRUPT if articles are damaged (an index of the others
 * would hide that; nothing is committed), or as fiche_writer_open() and
 * fiche_writer_commit() do.
 */
FICHE_API int fiche_reindex(const char *path,
                            const struct fiche_reindex_options *opt,
                            struct fiche_reindex_stats *out,
                            struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
