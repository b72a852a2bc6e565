/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts.h - which article goes into which part of an archive that is split, and
 * what the parts are called.
 */
#ifndef TOOLS_PARTS_H
#define TOOLS_PARTS_H

#include "reading.h"
#include "str.h"

enum parts_by {
	PARTS_MONTH,
	PARTS_YEAR,
	PARTS_SOURCE,
	PARTS_LANGUAGE,
	PARTS_SIZE,
};

#define PARTS_MAX  65536u
#define PARTS_NONE UINT32_MAX /* of an article that cannot be read */

struct part {
	struct str key;  /* "2024-03" */
	struct str path; /* "news-2024-03.fiche" */
};

struct parts {
	enum parts_by by;
	uint64_t size;        /* PARTS_SIZE: of a part, about */
	const char *template; /* borrowed; with the place for the key */
	struct part *list;
	size_t count, cap;
	size_t *order;     /* of `list`, by key; of a size, as they are */
	uint32_t *of;      /* the part of each article */
	uint64_t articles; /* numbers of `of` */
};

/* Read --by and the template.  0 or RC_USAGE after a message. */
int parts_init(struct parts *p, struct tool *t, const char *by,
               const char *template);
/* Look at all articles.  0, or an exit code after a message; articles that
 * cannot be read are said. */
int parts_find(struct parts *p, struct reading *ar);
void parts_done(struct parts *p);

#endif
