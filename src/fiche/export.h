/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export.h - articles of an archive in the formats of other programs.
 *
 * A library of its own (libfiche-export), because it needs libarchive and
 * SQLite, which reading an archive does not.
 */
#ifndef FICHE_EXPORT_H
#define FICHE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

enum fiche_export_compress {
	FICHE_COMPRESS_AUTO, /* as the ending of the path says */
	FICHE_COMPRESS_NONE,
	FICHE_COMPRESS_GZIP,
	FICHE_COMPRESS_ZSTD,
	FICHE_COMPRESS_XZ,
};

struct fiche_export_options {
	const char *format; /* a name of fiche_export_format() */
	/* A file, or a folder for formats that are one and with partition;
	 * NULL or "-" is standard output. */
	const char *path;
	bool overwrite; /* what is at the path may be replaced */
	enum fiche_export_compress compress;
	/* Names among those of the canonical JSON (spec 6.7), for csv, tsv,
	 * jsonl, sqlite and parquet; 0 = all, without number and path. */
	const char *const *fields;
	size_t field_count;
	/* "source", "language", "section", "year", "month", "day": a folder for
	 * each value, NAME=VALUE/, in this order. */
	const char *const *partition;
	size_t partition_count;
	bool reverse;   /* the last of them first */
	uint64_t limit; /* at most so many; 0: all */
	bool raw;       /* jsonl: the records as they came in */
	bool excel;     /* csv, tsv: byte order mark, CRLF, cells that are no
	                 * formulas and of at most 32,767 characters */
	bool has_time;  /* use `time` for every clock reading */
	int64_t time;
	/* Go on behind a damaged article; it is told through `message`, which
	 * may be NULL as may be the other calls. */
	bool keep_going;
	void (*message)(void *ctx, uint64_t number,
	                const struct fiche_error *why);
	bool (*stop)(void *ctx); /* polled; true ends as if that were all */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_export_stats {
	uint64_t articles;
	uint64_t damaged;    /* left out */
	uint64_t redacted;   /* left out too: only their ids are left */
	uint64_t files;      /* made, folders not counted */
	uint64_t bytes;      /* written, as they are stored */
	bool reading_failed; /* the failure is one of the archive's */
};

/* A format, with a line about it. */
struct fiche_export_format {
	const char *name;
	const char *about;
	const char *ending; /* of a file: ".jsonl" */
	bool is_folder;     /* what it makes is a folder */
	bool is_binary;     /* not for a terminal */
};
/* The i-th, or NULL behind the last. */
FICHE_API const struct fiche_export_format *fiche_export_format(size_t i);

/*
 * Write the articles of `which`, in its order.  A file is there under its name
 * only when it is whole and durable (a temporary name, sync, rename); a folder
 * is made as one under a temporary name, too, but with partition files appear
 * one by one.  A folder that is there and has something in it is never
 * replaced; with partition and `overwrite`, files of the same names in it are.
 *
 * Returns 0, FICHE_ERR_ARG with a sentence (unknown format or field, a format
 * that cannot go to a pipe), FICHE_ERR_EXISTS, FICHE_ERR_IO, FICHE_ERR_CORRUPT
 * and the other errors of reading (not with keep_going), FICHE_ERR_NOMEM.  On
 * failure what was begun under a temporary name is removed.
 */
FICHE_API int fiche_export(struct fiche_reader *r,
                           const struct fiche_results *which,
                           const struct fiche_export_options *opt,
                           struct fiche_export_stats *stats,
                           struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
