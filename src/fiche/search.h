/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h - find articles by their words, the best first.
 *
 * The words of title, text and tags are looked up in the keyword index of the
 * archive (spec 3.5, 6.8); texts are read only where a phrase or a distance has
 * to be checked.  Ranking is BM25 (k1 = 1.2, b = 0.75) with the statistics of
 * all segments of all archives of the search; a word of the title counts for
 * three.
 *
 * Threads: a query may be shared by threads.  One search uses its readers as
 * any thread does; its results belong to one thread at a time.
 */
#ifndef FICHE_SEARCH_H
#define FICHE_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"
#include "fiche/error.h"
#include "fiche/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fiche_query;
struct fiche_hits;

/*
 * Understand what a person typed (spec 6.9).  Nothing that is typed is an
 * error: what makes no sense is read as plain words, and the notice says so.
 * Returns 0, or FICHE_ERR_NOMEM with *out NULL.
 */
FICHE_API int fiche_query_parse(struct fiche_query **out, const char *text,
                                size_t len, struct fiche_error *err);
/* NULL, or one sentence without a line end about what was not understood. */
FICHE_API const char *fiche_query_notice(const struct fiche_query *q);
/* Has it anything to look for? */
FICHE_API bool fiche_query_is_empty(const struct fiche_query *q);
/* Accepts NULL. */
FICHE_API void fiche_query_free(struct fiche_query *q);

enum fiche_rank {
	FICHE_RANK_RELEVANCE =
		0,         /* of equals the one added first comes first */
	FICHE_RANK_NEWEST, /* those without a date come last */
	FICHE_RANK_OLDEST,
};

/* How well the number of all matches must be known. */
enum fiche_total {
	FICHE_TOTAL_ANY = 0, /* whatever costs nothing */
	FICHE_TOTAL_WORDS,   /* exact, unless texts had to be read for it */
	FICHE_TOTAL_EXACT,   /* exact; facets and histogram are possible */
};

struct fiche_search_options {
	/* Filters; NULL: everything in its latest version.  Of a selection
	 * `sort` and `limit` have no meaning here. */
	const struct fiche_selection *selection;
	enum fiche_rank rank;
	enum fiche_total total;
	uint64_t offset; /* leave out the first ones */
	uint64_t limit;  /* 0: all */
	/* Read the words from the articles of segments without keyword index
	 * (slow, and takes a tenth of their text in memory). */
	bool scan;
	/*
	 * Stems, or NULL: words are taken as they are.  Called with a language
	 * (two letters, NUL) and a folded word; writes the stem into out and
	 * returns its length, or 0 if the language is not known.  Words with
	 * the same stem count as the same word.
	 */
	size_t (*stem)(void *ctx, const char *language, const char *word,
	               size_t len, char *out, size_t cap);
	void *stem_ctx;
	/* Seconds since 1970: what `date:7d` and `date:today` in the query
	 * count from. */
	int64_t now;
};

/*
 * Search one or more archives as if they were one.  The readers must outlive
 * the hits.  `opt` may be NULL: ten hits, by relevance.
 *
 * Returns 0 (also when nothing matches), FICHE_ERR_NOINDEX (some segments have
 * no keyword index, and `scan` is not set), FICHE_ERR_ARG (a selection that
 * cannot be; an id prefix that fits several), FICHE_ERR_CORRUPT,
 * FICHE_ERR_UNSUPPORTED, FICHE_ERR_LIMIT, FICHE_ERR_IO or FICHE_ERR_NOMEM.  On
 * failure *out is NULL.
 */
FICHE_API int fiche_search(struct fiche_hits **out,
                           struct fiche_reader *const *readers, size_t count,
                           const struct fiche_query *q,
                           const struct fiche_search_options *opt,
                           struct fiche_error *err);
/* Accepts NULL. */
FICHE_API void fiche_hits_free(struct fiche_hits *h);

struct fiche_hit {
	size_t reader;   /* index into `readers` */
	uint64_t number; /* of the record there */
	double score;    /* 0 where only filters matched */
};

/* Hits from `offset` on, at most `limit`. */
FICHE_API uint64_t fiche_hits_count(const struct fiche_hits *h);
/* i < count; valid as long as the hits. */
FICHE_API const struct fiche_hit *fiche_hits_get(const struct fiche_hits *h,
                                                 uint64_t i);
/* How many match in all.  Not *exact: at most that many. */
FICHE_API uint64_t fiche_hits_total(const struct fiche_hits *h, bool *exact);

/*
 * How many articles could not be judged, because their texts are damaged; *why,
 * if there are any, tells about the first.  They are no hits.
 */
FICHE_API uint64_t fiche_hits_unread(const struct fiche_hits *h,
                                     struct fiche_error *why);

/*
 * Words of the query that no article has (as often as they were typed), in
 * order; *suggestion is the nearest word that some article has, or NULL (it is
 * looked for the first five only).  False behind the last.  Texts are valid as
 * long as the hits.
 */
FICHE_API bool fiche_hits_missing(const struct fiche_hits *h, size_t i,
                                  const char **word, const char **suggestion);

/*
 * How many matches have each name of a field: 's' source, 'l' language, 't'
 * tag, 'a' author.  The `limit` most frequent ones (0: all), most first, ties
 * in ascending byte order.  *others is the number of further names; NULL if
 * that does not matter.  Only with FICHE_TOTAL_EXACT (else FICHE_ERR_ARG).  A
 * callback result other than 0 stops and is returned.
 */
FICHE_API int fiche_hits_facet(
	const struct fiche_hits *h, char field, size_t limit,
	int (*each)(void *ctx, struct fiche_text name, uint64_t matches),
	void *ctx, uint64_t *others, struct fiche_error *err);

enum fiche_unit {
	FICHE_UNIT_DAY,
	FICHE_UNIT_WEEK, /* beginning on Monday */
	FICHE_UNIT_MONTH,
	FICHE_UNIT_YEAR,
};

/*
 * Matches by the begin of their date, ascending, without empty units; `begin`
 * is the first second of the unit.  *undated is the number of matches without
 * a date.  Conditions as above.
 */
FICHE_API int fiche_hits_histogram(
	const struct fiche_hits *h, enum fiche_unit unit,
	int (*each)(void *ctx, int64_t begin, uint64_t matches), void *ctx,
	uint64_t *undated, struct fiche_error *err);

#define FICHE_SNIPPET_MARKS 32

struct fiche_snippet {
	struct fiche_text text; /* a part of the text it was made of */
	bool cut_before, cut_after;
	size_t mark_count;
	struct {
		size_t from, to; /* bytes within `text` */
	} marks[FICHE_SNIPPET_MARKS];
};

/*
 * The passage of about `chars` characters where most words of the query stand
 * together; the beginning of the text if none does.  It begins and ends at
 * words, may span line ends, and borrows from `text`.  Whatever the text is,
 * this cannot fail.
 */
FICHE_API void fiche_hits_snippet(const struct fiche_hits *h,
                                  struct fiche_text text, size_t chars,
                                  struct fiche_snippet *out);

#ifdef __cplusplus
}
#endif

#endif
