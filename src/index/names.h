/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - the terms of records in memory, each with its list of records.
 *
 * A zeroed struct is an empty table.
 */
#ifndef INDEX_NAMES_H
#define INDEX_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fiche/article.h"
#include "format/doclist.h"

struct name {
	const uint8_t *key; /* field byte and text, in the arena */
	uint32_t len;
	uint32_t ordinal; /* within the field, from 1; after names_finish() */
	uint64_t hash;
	/* The open run stays here: a name of one record needs no `list`. */
	struct doclist_writer docs;
	struct buf list;
};

struct names {
	struct name *name;
	size_t count, cap;
	uint32_t *slot;    /* 1 + index of a name, or 0; open addressing */
	size_t slot_count; /* a power of two */
	struct arena arena;
	size_t text_size;
	size_t list_size;
};

void names_done(struct names *n);
size_t names_memory(const struct names *n);

/*
 * Note that record `idx` has this name.  Records come in ascending order; a
 * name that comes twice counts once.  *out is 1 + the index of the name, or 0
 * for a text without bytes, which is no name.  0 or FICHE_ERR_NOMEM.
 */
int names_add(struct names *n, char field, const struct fiche_text *text,
              uint64_t idx, uint32_t *out);

/* Append the components TERM and POST, and number the names.  The table stays
 * usable.  0 or FICHE_ERR_NOMEM. */
int names_finish(struct names *n, struct buf *term, struct buf *post);

#endif
