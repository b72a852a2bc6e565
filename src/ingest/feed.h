/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.h - feeds and their like while they are parsed: which XML is one, and
 * what its elements say about an article.
 */
#ifndef INGEST_FEED_H
#define INGEST_FEED_H

#include "base/buf.h"
#include "ingest/format.h"

enum feed_kind {
	FEED_NONE,
	FEED_RSS,     /* 0.9x, 1.0, 2.0: <item> */
	FEED_ATOM,    /* <entry> */
	FEED_SITEMAP, /* <url> with <news:news> */
	FEED_ITEMS,   /* of a scraper: <items><item>, names as in JSON */
	FEED_DOC,     /* one document: <doc title="..."><main> */
	FEED_TEI,
};

/* What a name of an element stands for in an item. */
enum feed_part {
	PART_OTHER,
	PART_INSIDE, /* a container: its children count */
	PART_TITLE,
	PART_LINK,
	PART_ID,
	PART_PUBLISHED,
	PART_MODIFIED,
	PART_AUTHOR,
	PART_TAG,
	PART_LANGUAGE,
	PART_SITE,
	PART_SUMMARY,
	PART_CONTENT,
};

enum feed_kind feed_kind_of(const char *root);
/* The kind of XML the input is, judged by its beginning. */
enum feed_kind feed_look(const struct look *look);

/* A name without a prefix that says nothing: "atom:title" is "title", but
 * "media:title" is not. */
const char *feed_name(const char *name);
enum feed_part feed_part_of(const char *name);
const char *feed_type(enum feed_kind kind);

/* The facts of the item at hand, and of the feed. */
struct feed_item {
	struct facts facts;
	struct buf content, summary;
	struct buf text; /* what a person reads */
	struct buf json; /* of FEED_ITEMS and FEED_DOC */
};

/* An element of the item is over: `text` is what it held. */
int feed_take(struct feed_item *item, enum feed_part part,
              struct fiche_text text, struct fiche_text base,
              struct fiche_error *err);
/* The item is over: set its text. */
int feed_finish(struct feed_item *item, const struct input *i,
                struct fiche_error *err);

#endif
