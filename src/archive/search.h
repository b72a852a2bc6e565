/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h - a search at work; what its files share.
 *
 * The words of the query become *groups* (search_groups.c): all the words of
 * the index that one word of the query stands for.  Each segment is a *part*:
 * there a group is one list of postings.  From the query a tree of iterators
 * is made for each part (search_tree.c), and what they find is collected
 * (search_collect.c).  Phrases and distances cannot be told from the index: the
 * tree gives candidates, and their texts decide (search_text.c).
 */
#ifndef ARCHIVE_SEARCH_H
#define ARCHIVE_SEARCH_H

#include "archive/reader.h"
#include "archive/select.h"
#include "base/arena.h"
#include "fiche/search.h"
#include "index/match.h"
#include "index/query.h"
#include "index/token.h"
#include "index/words.h"

#define NORMS 256

struct fiche_query {
	struct query query;
};

/* A word of the index. */
struct term {
	const uint8_t *bytes;
	size_t len;
};

/* What one word of the query stands for. */
struct word_group {
	enum query_kind kind; /* QUERY_WORD, _PREFIX or _SINGLE */
	const uint8_t *text;  /* borrowed from the query */
	size_t len;
	const char *typed;
	bool stems;         /* every word with the same stem, too */
	struct term *terms; /* those, ascending; only with stems */
	size_t term_count, term_cap;
	uint64_t count;      /* records that have it, in all parts */
	double weight;       /* idf (k1 + 1) */
	const char *nearest; /* of a word that is nowhere; NULL */
};

/* Of a group in one part: coded as in the index, or plain. */
struct group_list {
	uint64_t count;
	struct buf coded;
	struct posting *plain;
};

struct search_part {
	size_t reader; /* index into search.archive */
	struct fiche_view *view;
	const struct reader_segment *segment;
	const struct words *words;
	union view_in words_in;
	struct group_list *list; /* one for each group */
	struct match_weights weights;
};

struct search_archive {
	struct fiche_reader *reader;
	struct fiche_view *view;
	/* The records that may be found; no word: all of them. */
	struct set filter;
	/* Of each QUERY_FIELD of the query, in order. */
	struct set *field;
	struct set matches; /* with FICHE_TOTAL_EXACT */
};

struct candidate {
	uint32_t part, idx;
	double score; /* not below the real one before the text was read */
};

struct fiche_hits {
	const struct query *query; /* borrowed from the caller's query */
	struct fiche_search_options opt;
	const struct fiche_selection *selection;

	struct search_archive *archive;
	size_t archive_count;
	struct search_part *part;
	size_t part_count;
	uint64_t records, tokens; /* of all parts */
	double length_part[NORMS];

	struct arena arena; /* texts of groups */
	struct word_group *group;
	size_t group_count, group_cap;
	const struct query_node **field; /* the QUERY_FIELD nodes */
	size_t field_count, field_cap;

	struct text_reader *text; /* made when a text has to be read */

	struct fiche_hit *hit;
	size_t hit_count;
	uint64_t total;
	bool exact;
	uint64_t unread; /* candidates whose text could not be read */
	struct fiche_error unread_why; /* of the first */
};

/* ---- search_groups.c ---- */

/* List the groups and fields of the query.  0 or FICHE_ERR_NOMEM. */
int search_plan(struct fiche_hits *h, struct fiche_error *err);
/* Index of the group of a WORD, PREFIX or SINGLE; of a FIELD. */
size_t search_group_of(const struct fiche_hits *h, const struct query_node *n);
size_t search_field_of(const struct fiche_hits *h, const struct query_node *n);
/* Look all groups up in all parts. */
int search_look_up(struct fiche_hits *h, struct fiche_error *err);
void group_list_done(struct group_list *l, struct fiche_view *v);
/* Is a word of a text one of the group's? */
bool search_group_has(const struct word_group *g, const uint8_t *word,
                      size_t len);

/* ---- search_suggest.c ---- */

/* Find the nearest word of the index for each word that is nowhere. */
int search_suggest(struct fiche_hits *h, struct fiche_error *err);

/* ---- search_filter.c ---- */

/* The filters and the fields of all archives. */
int search_filters(struct fiche_hits *h, struct fiche_error *err);

/* ---- search_tree.c ---- */

/* Do texts have to be read to tell whether this matches? */
bool search_needs_text(const struct query_node *n);
/*
 * The iterators of one part; no node at all (*out NULL) if nothing can match.
 * Freed with search_tree_done(); memory is the arena's.
 */
struct search_tree {
	struct arena arena;
	struct match *root;
	struct match **lists; /* those to be closed */
	size_t list_count, list_cap;
};
int search_tree(struct search_tree *out, const struct fiche_hits *h,
                const struct search_part *p, struct fiche_error *err);
void search_tree_done(struct search_tree *t);

/* ---- search_collect.c ---- */

/* Fill hit, total and matches. */
int search_collect(struct fiche_hits *h, struct fiche_error *err);

/* ---- search_text.c ---- */

struct text_reader *text_reader_new(const struct fiche_hits *h);
void text_reader_free(struct text_reader *t);
/* Judge a candidate by its text: 0 with its score, FICHE_END if it does not
 * match, or a failure. */
int search_judge(struct fiche_hits *h, struct candidate *c,
                 struct fiche_error *err);

#endif
