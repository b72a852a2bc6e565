/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest.h - from files, folders and pipes to a fiche_writer.
 *
 * A library of its own (libfiche-ingest), because it needs libarchive to undo
 * gzip, zstd, xz, bzip2 and lz4, which reading an archive does not.
 */
#ifndef FICHE_INGEST_H
#define FICHE_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Limits on one input with all that is in it, against bombs. */
#define FICHE_INGEST_UNPACKED_MAX ((uint64_t)1 << 40)
#define FICHE_INGEST_RATIO_MAX    1000
#define FICHE_INGEST_MEMBERS_MAX  ((uint64_t)10000000)

/* The first argument of a program that is started as `worker`, see there. */
#define FICHE_INGEST_WORKER "--ingest-worker"

enum fiche_ingest_level {
	FICHE_INGEST_NOTE,    /* worth knowing: a link was not followed */
	FICHE_INGEST_WARNING, /* a record or an input was left out */
};

struct fiche_ingest;

struct fiche_ingest_options {
	/* Commit after this many seconds or input bytes (decompressed);
	 * 0 = never: the caller commits. */
	unsigned checkpoint_seconds;
	uint64_t checkpoint_bytes;
	/* Longest record; 0 or more than FICHE_RECORD_MAX = FICHE_RECORD_MAX.
	 */
	size_t record_max;
	/* Polled often, also while waiting for a pipe; when it says true,
	 * reading ends as if the input did. */
	bool (*stop)(void *ctx);
	/* `where` is "file" or "file:line", as given by the user and not
	 * escaped; `what` a sentence part. */
	void (*message)(void *ctx, enum fiche_ingest_level level,
	                const char *where, const char *what);
	/* Input bytes read so far by this object (as stored on disk). */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	/* Bytes of a line that could not even be given to the writer (too
	 * long): called one or more times, then once with len 0.  Not called
	 * for whole files. */
	void (*oversize)(void *ctx, const void *bytes, size_t len);
	void *ctx;
	uint64_t progress_total; /* handed to progress; 0 = not known */
	/* In a dry run: what would be given to the writer, a JSON object or,
	 * with is_file, a card. */
	void (*record)(void *ctx, const void *json, size_t len, bool is_file);
	/* Files never to be read: the archive being written, the file of
	 * rejects.  Paths, ending with NULL; borrowed, may be NULL. */
	const char *const *exclude;
	/* When this is: years that dates of texts lack are not after it. */
	int64_t now;
	/* Keep every record of WARC and ARC files, not only those with a page,
	 * a text, JSON, a feed or a PDF. */
	bool every_capture;
	/* Members of bundles (tar, zip, 7z) come out of a confined process:
	 * this program, run with the arguments FICHE_INGEST_WORKER and a word,
	 * must give the word to fiche_ingest_worker().  Borrowed.  NULL: the
	 * calling process is forked, which is safe only while it has one
	 * thread. */
	const char *worker;
	/* For each input with all that is in it; 0 = the ones above.  Beyond
	 * one that input ends, which is told. */
	uint64_t unpacked_max; /* bytes of members, those of members too */
	uint64_t members_max;
	unsigned ratio_max; /* bytes unpacked of each stored one; small
	                     * inputs may have more */
	/* What all inputs are ("jsonl", "csv", ...), instead of looking at
	 * them; NULL: look.  Borrowed, as is the next. */
	const char *format;
	/* Where in JSON documents the articles are: a JSON Pointer to a list
	 * of them or to one; "*" is any element of a list.  NULL: known places.
	 */
	const char *records_at;
	/* The table of databases to read; NULL: those that look like articles.
	 */
	const char *table;
	/* As in fiche_writer_options: the rules in it also hold for records
	 * that become pages. */
	const char *defaults;
	/* Read and count only: nothing is given to the writer, which may be
	 * NULL. */
	bool dry_run;
};

/* Is there a format of this name, for options.format? */
FICHE_API bool fiche_ingest_knows(const char *format);

struct fiche_ingest_stats {
	uint64_t inputs;        /* files opened and read, also partly */
	uint64_t inputs_failed; /* could not be opened, or ended in an error */
	uint64_t records;       /* given to the writer */
	uint64_t too_long;      /* lines and files longer than record_max */
	uint64_t skipped;       /* records told of and left out */
	uint64_t damaged;       /* records told of, and packed all the same */
	uint64_t blank_lines;
	uint64_t bytes; /* decompressed */
	bool stopped;
};

/*
 * Make ready to feed `w`.  The object owns the names it hands to the writer as
 * origins and the checkpoint timer, so it must live until the writer has
 * committed or is closed: free it after fiche_writer_close(), or after the last
 * fiche_writer_commit().  `opt` is copied and may be NULL.
 *
 * Returns 0, FICHE_ERR_ARG (no writer and not dry_run, or a format that there
 * is not) or FICHE_ERR_NOMEM; on failure *out is NULL.
 */
FICHE_API int fiche_ingest_new(struct fiche_ingest **out,
                               struct fiche_writer *w,
                               const struct fiche_ingest_options *opt,
                               struct fiche_error *err);

/*
 * Read `path` ("-" is standard input; a folder is read recursively in byte
 * order of names, links to folders are not followed, except `path` itself) and
 * give every record to the writer.  What a file is, its content decides: lines
 * or documents of JSON, tables, feeds, mail, databases, the records of crawlers
 * (WARC, ARC), each with many records, or one of HTML, text or anything else;
 * each plain or compressed; bundles (tar, zip, 7z and others) are read member by
 * member.
 * Damage in one input is reported through `message` and counted;
 * it ends that input, keeping what came before.  Commits at checkpoints only:
 * what is pending at the end is for the caller to commit.
 *
 * Returns 0, or a failure of the writer or of memory, after which the writer
 * can only be closed.  stats are added to, not reset.
 */
FICHE_API int fiche_ingest_path(struct fiche_ingest *in, const char *path,
                                struct fiche_ingest_stats *stats,
                                struct fiche_error *err);

/*
 * The other end of fiche_ingest_options.worker: descriptor 0 is a bundle or a
 * pipe it comes through, 1 takes what was found.  Gives up all rights of the
 * process first.  To be called at the start of main(); what it returns is the
 * exit code.
 */
FICHE_API int fiche_ingest_worker(const char *kind);

/*
 * Add up the sizes on disk of the files that fiche_ingest_path() would read,
 * for progress_total.  Returns 0, FICHE_END if it cannot be known (a pipe) or
 * FICHE_ERR_NOMEM; *bytes is set only with 0.
 */
FICHE_API int fiche_ingest_measure(const char *path, uint64_t *bytes,
                                   struct fiche_error *err);

/* Accepts NULL. */
FICHE_API void fiche_ingest_free(struct fiche_ingest *in);

#ifdef __cplusplus
}
#endif

#endif
