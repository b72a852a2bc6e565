/* SPDX-License-Identifier: Apache-2.0 */
/* reader.h - what reader.c, view.c, select.c and recover.c share. */
#ifndef ARCHIVE_READER_H
#define ARCHIVE_READER_H

#include <pthread.h>

#include "archive/block.h"
#include "archive/file.h"
#include "archive/pages.h"
#include "archive/withdrawal.h"
#include "base/arena.h"
#include "fiche/reader.h"
#include "index/segment.h"
#include "index/words.h"

/* One live segment.  What is below the line is filled when first needed, under
 * the reader's mutex, and does not change afterwards. */
struct reader_segment {
	struct commit_segment where;
	struct buf memory; /* logical bytes of a recovered segment */
	bool in_memory;

	bool opened;
	struct segment segment;
	bool has_fences;
	struct segment_fences fences;
	bool has_words;
	struct words words;
	/* Made by reading the articles, where the archive has none: */
	struct buf words_memory;
	struct segment words_segment;
};

struct fiche_reader {
	struct archive archive;
	struct dict_cache *dicts;
	struct reader_segment *segments; /* ascending record numbers */
	size_t segment_count;
	uint64_t record_end; /* one above the highest record number */
	/* Those of the newest commit; shown only with `shows_withdrawn`, which
	 * also forgives that they cannot be read, for the reason kept. */
	struct withdrawals withdrawn;
	bool shows_withdrawn;
	struct fiche_error withdrawn_why;
	bool recovered;
	struct fiche_info lost; /* totals of what a recovery found */
	uint64_t *latest; /* bits: the newest versions; when first needed */
	struct fiche_view *spare; /* views of searches that are over */
	size_t spare_count;
	pthread_mutex_t mutex;
	pthread_mutex_t scan_mutex; /* of keyword indexes; taken first */
};

#define VIEW_BLOCKS 32 /* some 6 MiB when all are used */
#define VIEW_LISTS  16 /* buffers for postings */

struct fiche_view {
	struct fiche_reader *reader;
	struct decoder *decoder;
	struct page_cache *pages;
	struct block block[VIEW_BLOCKS];
	unsigned long used[VIEW_BLOCKS];
	unsigned long clock;
	struct arena arena;
	struct buf record;
	struct buf json;
	/* Of searches: what is large and would be made each time. */
	struct word_page word_page;
	struct buf stored, lists[VIEW_LISTS];
	size_t list_count;
	struct fiche_view *next_spare;
};

/*
 * A view that an earlier search has left, or a new one; and back, to be kept
 * for the next one.
 */
struct fiche_view *view_borrow(struct fiche_reader *r);
void view_give_back(struct fiche_view *v);
/* An empty buffer, of those that were given back if there are any. */
struct buf view_take_buf(struct fiche_view *v);
void view_give_buf(struct fiche_view *v, struct buf *b);

/* A segment_in for one segment, in the memory of `view_in`. */
union view_in {
	struct page_in page;
	struct memory_in memory;
};

struct segment_in *view_in_init(union view_in *in, struct fiche_view *v,
                                const struct reader_segment *s);

/* The i-th segment, opened; with its fences if `fences`. */
int reader_segment(struct fiche_reader *r, struct fiche_view *v, size_t i,
                   bool fences, const struct reader_segment **out,
                   struct fiche_error *err);
/*
 * reader_words.c: the keyword index of the i-th segment.  FICHE_ERR_NOINDEX if
 * it has none; with `scan` it is then made of its articles, in memory.
 */
int reader_words(struct fiche_reader *r, struct fiche_view *v, size_t i,
                 bool scan, const struct reader_segment **out,
                 struct fiche_error *err);
/* What to read the words of such a segment with. */
struct segment_in *view_words_in(union view_in *in, struct fiche_view *v,
                                 const struct reader_segment *s);

/* Index of the segment that holds record `number`; segment_count if none. */
size_t reader_find_segment(const struct fiche_reader *r, uint64_t number);

/* The block of a record, with its body if `bodies`, and the record's place. */
int view_block(struct fiche_view *v, uint64_t number, bool bodies,
               struct block **out, uint32_t *index, struct fiche_error *err);

/* What was said of a record that is not to be shown; NULL: it may be. */
const struct fiche_statement *reader_hides(const struct fiche_reader *r,
                                           uint64_t number);
/* fiche_view_card() and fiche_view_article() of any record, hidden or not. */
int view_article(struct fiche_view *v, uint64_t number, bool with_text,
                 struct fiche_article *out, struct fiche_error *err);

/* The body of a record, wherever it is stored, borrowed from a block of the
 * view. */
int view_body(struct fiche_view *v, uint64_t number, struct fiche_text *out,
              struct fiche_error *err);

/* Scan for intact blocks (spec 4.3) and make the reader serve them. */
int reader_recover(struct fiche_reader *r, struct fiche_error *err);

int reader_open_file(struct fiche_reader **out, struct io_file *file,
                     const struct fiche_open_options *opt,
                     struct fiche_error *err);
/* By the last COMMIT that is whole, even if what it commits is not: for looking
 * what there was.  No list of what was withdrawn is read. */
int reader_open_as_it_was(struct fiche_reader **out, struct io_file *file,
                          struct fiche_error *err);

#endif
