/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_case.h - made-up articles for the formats of the way out, without an
 * archive.
 */
#ifndef SUPPORT_EXPORT_CASE_H
#define SUPPORT_EXPORT_CASE_H

#include <stddef.h>

#include "export/format.h"

struct export_case {
	struct fiche_export_options opt;
	size_t hold;
	char folder[64]; /* made by export_case_init() */
	char path[96];   /* what is written, in there */
};

/* A text constant, or NULL, as an article has it. */
struct fiche_text export_text(const char *text);

/* An article with the id that `number` stands for, and nothing else. */
struct fiche_article export_article_of(uint64_t number);

/* 0, or -1 if there is no place for temporary files. */
int export_case_init(struct export_case *c, const char *name);
void export_case_done(struct export_case *c);

/* Write them all, as the driver would.  Their texts are their records. */
int export_case_write(struct export_case *c, const struct export_format *f,
                      const struct fiche_article *a, size_t count,
                      struct fiche_error *err);

#endif
