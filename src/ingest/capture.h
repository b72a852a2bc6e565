/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture.h - one record of a crawler, whole in memory: what it holds, whether
 * its digests agree, and its way to the writer.
 *
 * A record that is kept is kept as it stands in the file, head and all; its
 * text for people is found behind HTTP, chunks and compressions.
 */
#ifndef INGEST_CAPTURE_H
#define INGEST_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/article.h"
#include "ingest/digest.h"
#include "ingest/head.h"
#include "ingest/http.h"
#include "ingest/input.h"

/* What the head of a record says; texts are borrowed from it. */
struct capture_head {
	struct fiche_text kind; /* "response", "request", ... */
	bool is_content;        /* something fetched, or made of such */
	bool has_length;
	uint64_t length; /* of its block */
	struct fiche_text url;
	struct fiche_text id;
	struct fiche_text date;
	struct fiche_text type; /* media type of the block */
	struct fiche_text block_digest;
	struct fiche_text payload_digest; /* empty if it is of other bytes */
	struct fiche_text about[2]; /* ids of records that this is about */
	char date_room[24];         /* of `date`, if it had to be rewritten */
};

struct capture {
	struct capture_head head;
	struct bytes record; /* with head and separator */
	struct bytes block;  /* or the beginning of it */
	bool is_http;
	struct http http;
	struct media media; /* of what was fetched */
	struct bytes notes; /* JSON about it, of the record behind; or none */
};

/* Find out what the block is, from its beginning; head and block are set. */
void capture_look(struct capture *c);

#define CAPTURE_KIND 48

/* Is it no article?  Then this is what to count it as. */
bool capture_is_other(const struct capture *c, char kind[CAPTURE_KIND]);

/* The digests of a record that is whole; *which is "block" or "payload" if one
 * is bad.  `spare` is memory.  Returns 0 or FICHE_ERR_NOMEM. */
int capture_check(const struct capture *c, const char **which,
                  struct buf spare[2], struct fiche_error *err);

/* Give it to the writer: a record of media type `type`, number `number`.  With
 * `read` false nobody looks into it.  Returns as input_add_page(). */
int capture_add(const struct input *i, const struct capture *c,
                const char *type, bool read, uint64_t number,
                struct buf spare[2], struct fiche_error *err);

#endif
