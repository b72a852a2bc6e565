/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - open an archive, find articles, read them.
 *
 * A reader is a snapshot: the last commit at the time of opening.  It takes no
 * lock, is not disturbed by a writer, and never changes the file.
 *
 * Threads: one reader may be used from several threads at once.  What reading
 * needs of scratch memory lives in a view; each thread makes its own.
 */
#ifndef FICHE_READER_H
#define FICHE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"
#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fiche_reader;
struct fiche_view;
struct fiche_results;

struct fiche_open_options {
	uint64_t commit; /* an earlier generation, from 1; 0 = the newest */
	bool recover;    /* scan for intact blocks, do not trust any commit */
	/* Show withdrawn records like any others: their articles say what they
	 * are.  Without it such a record is in no result, and reading it is
	 * FICHE_ERR_WITHDRAWN, with when and why. */
	bool withdrawn;
};

/*
 * Open `path`.  `opt` may be NULL.  If there is no whole commit but intact
 * blocks are, they are recovered as with `recover`.
 *
 * Returns 0, FICHE_ERR_IO, FICHE_ERR_FOREIGN, FICHE_ERR_UNSUPPORTED,
 * FICHE_ERR_TRUNCATED, FICHE_ERR_CORRUPT, FICHE_ERR_LIMIT, FICHE_ERR_NOMEM, or
 * FICHE_ERR_ARG (no such commit).  On failure *out is NULL.
 */
FICHE_API int fiche_reader_open(struct fiche_reader **out, const char *path,
                                const struct fiche_open_options *opt,
                                struct fiche_error *err);
/* Accepts NULL.  All views and results must be gone. */
FICHE_API void fiche_reader_close(struct fiche_reader *r);

struct fiche_info {
	uint16_t major, minor;
	uint8_t uuid[16];
	uint64_t generation; /* 0: nothing was ever committed */
	int64_t created;     /* seconds since 1970 */
	int64_t committed;
	uint64_t file_size;
	uint64_t end;            /* of the last commit */
	uint64_t tail_size;      /* bytes behind it: an interrupted append */
	bool recovered;          /* opened by scanning */
	bool superblock_damaged; /* the first 4 KiB are lost, nothing else */
	bool footer_damaged;     /* the last commit was found by scanning */
	bool commit_damaged;     /* some of the last commit's blocks are */
	bool commit_lost;        /* a later commit is damaged, or was torn */
	bool withdrawn_unknown;  /* the newest list cannot be read */
	bool plain;              /* written without dictionaries */
	bool words;              /* with a keyword index */
	bool parity;             /* some of it has parity in it */
	uint64_t records;
	uint64_t withdrawn;    /* of these, as the newest commit has it */
	uint64_t duplicates;   /* came again, were counted */
	uint64_t record_bytes; /* of all records as they came in */
	uint64_t body_bytes;
	uint64_t index_bytes;      /* live segments */
	uint64_t dictionary_bytes; /* with their parity */
	uint64_t blocks;
	size_t segments;
	size_t dictionaries;
	uint8_t tree_head[FICHE_DIGEST_SIZE];
};

/* What opening has told; reads nothing. */
FICHE_API void fiche_reader_info(struct fiche_reader *r,
                                 struct fiche_info *out);

/* What of it parity protects (fiche/parity.h). */
struct fiche_protection {
	uint8_t profile; /* of the last time: enum fiche_parity */
	uint64_t bytes;  /* protected: from the first one on */
	uint64_t more;   /* committed behind them, not protected yet */
};

/* Reads the commits since then.  0 or an error of reading. */
FICHE_API int fiche_reader_protection(struct fiche_reader *r,
                                      struct fiche_protection *out,
                                      struct fiche_error *err);

/*
 * What was said of a record that is withdrawn, or NULL; and all of them, in
 * order of their numbers.  The newest commit says which ones they are, also for
 * a reader of an earlier one.  Valid until the reader is closed.
 */
FICHE_API const struct fiche_statement *fiche_reader_withdrawn(
	struct fiche_reader *r, uint64_t number);
FICHE_API size_t fiche_reader_withdrawals(struct fiche_reader *r,
                                          const struct fiche_statement **out);

/* What only a walk through the index can tell. */
struct fiche_survey {
	uint64_t data_bytes; /* stored: blocks with cards and bodies */
	uint64_t dated;      /* records with a date */
	uint64_t redacted;   /* records of which only the id is left */
	int64_t first_date, last_date;
	size_t sources, languages, tags; /* different ones */
};

/* 0 or an error of reading. */
FICHE_API int fiche_reader_survey(struct fiche_reader *r,
                                  struct fiche_survey *out,
                                  struct fiche_error *err);

/*
 * Names of a field with how many records have each, all live segments added
 * up, in ascending byte order.  `field`: 's' source, 'l' language, 't' tag, 'a'
 * author.
 * The text is valid during the call.  A callback result other than 0 stops and
 * is returned.
 */
FICHE_API int fiche_reader_names(struct fiche_reader *r, char field,
                                 int (*each)(void *ctx, struct fiche_text name,
                                             uint64_t records),
                                 void *ctx, struct fiche_error *err);

/* NULL when out of memory. */
FICHE_API struct fiche_view *fiche_view_new(struct fiche_reader *r);
FICHE_API void fiche_view_free(struct fiche_view *v);

/*
 * Read one record.  What is returned is borrowed from the view and valid until
 * its next call.
 *
 * fiche_view_card() decodes the metadata only: article->text is empty.
 * fiche_view_article() adds the text.  fiche_view_record() gives the exact
 * bytes that came in, after checking their digest; of a redacted record they
 * are gone: FICHE_ERR_REDACTED, and the sentence says when and why.  The other
 * two then fill article->redacted.
 *
 * Return 0, FICHE_ERR_ARG (no such number), FICHE_ERR_WITHDRAWN,
 * FICHE_ERR_CORRUPT, FICHE_ERR_TRUNCATED, FICHE_ERR_LIMIT, FICHE_ERR_IO or
 * FICHE_ERR_NOMEM.
 */
FICHE_API int fiche_view_card(struct fiche_view *v, uint64_t number,
                              struct fiche_article *out,
                              struct fiche_error *err);
FICHE_API int fiche_view_article(struct fiche_view *v, uint64_t number,
                                 struct fiche_article *out,
                                 struct fiche_error *err);
FICHE_API int fiche_view_record(struct fiche_view *v, uint64_t number,
                                struct fiche_text *out,
                                struct fiche_error *err);

/* Canonical JSON of an article (spec 6.7), without a line end; the result is
 * borrowed from the view.  FICHE_ERR_NOMEM is the only failure. */
FICHE_API int fiche_view_json(struct fiche_view *v,
                              const struct fiche_article *a, bool with_text,
                              struct fiche_text *out, struct fiche_error *err);

enum fiche_versions {
	FICHE_VERSIONS_LATEST = 0,
	FICHE_VERSIONS_ALL,
	FICHE_VERSIONS_FIRST,
	FICHE_VERSIONS_AT, /* current at fiche_selection.at */
};

enum fiche_sort {
	FICHE_SORT_ARCHIVE = 0, /* as stored */
	FICHE_SORT_OLDEST,      /* by date; those without one come last */
	FICHE_SORT_NEWEST,
};

/*
 * Which records.  Values of one kind are alternatives, kinds narrow each other.
 * A zeroed struct with from = INT64_MIN and to = INT64_MAX (use
 * fiche_selection_init) is everything in its latest version.
 */
struct fiche_selection {
	/* Unique prefixes of 8 or more hex digits, or scrapers' own ids. */
	const char *const *ids;
	size_t id_count;
	/* Exact by URL key; or a pattern if it has a '*' or '?'. */
	const char *const *urls;
	size_t url_count;
	/* Exact, ASCII case ignored; or patterns with '*' and '?'. */
	const char *const *sources;
	size_t source_count;
	const char *const *tags;
	size_t tag_count;
	const char *const *authors;
	size_t author_count;
	const char *const *languages;
	size_t language_count;
	int64_t from, to; /* records whose date overlaps [from, to) */
	/* With ids, LATEST keeps what the ids name, older or not. */
	enum fiche_versions versions;
	int64_t at;
	bool redacted; /* also those of which only the id is left */
	enum fiche_sort sort;
	uint64_t limit; /* 0: no limit */
};

FICHE_API void fiche_selection_init(struct fiche_selection *s);

/*
 * Find the records of a selection.  0 even if there are none.  FICHE_ERR_ARG
 * with a sentence if an id prefix fits several records (fiche_results_* then
 * still returns nothing); else errors of reading.  *out is NULL on failure.
 */
FICHE_API int fiche_select(struct fiche_results **out, struct fiche_reader *r,
                           const struct fiche_selection *s,
                           struct fiche_error *err);
FICHE_API uint64_t fiche_results_count(const struct fiche_results *r);
/* How many fit before the limit, and how many older versions were left out. */
FICHE_API uint64_t fiche_results_total(const struct fiche_results *r);
FICHE_API uint64_t fiche_results_older(const struct fiche_results *r);
/* Records that the ids and URLs of the selection name, but that are withdrawn
 * and were left out; and the i-th of them. */
FICHE_API uint64_t fiche_results_withdrawn(const struct fiche_results *r);
FICHE_API uint64_t fiche_results_withdrawn_number(const struct fiche_results *r,
                                                  uint64_t i);
/* i < count. */
FICHE_API uint64_t fiche_results_number(const struct fiche_results *r,
                                        uint64_t i);
FICHE_API void fiche_results_free(struct fiche_results *r);

/*
 * Read a date or range as a person types it: 2007, 2007-11, 2007-11-21,
 * 2024-03..2024-05, ..2019, 7d, today ... into [*from, *to).  FICHE_ERR_ARG if
 * it is none.  `now` is for 7d and today.
 */
FICHE_API int fiche_parse_dates(int64_t *from, int64_t *to, const char *text,
                                int64_t now, struct fiche_error *err);
/* Write a date with its precision (EDTF, UTC) and a NUL into buf; at most 32
 * bytes.  Returns buf. */
FICHE_API const char *fiche_format_date(char buf[32],
                                        const struct fiche_date *d);

#ifdef __cplusplus
}
#endif

#endif
