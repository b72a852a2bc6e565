/* SPDX-License-Identifier: Apache-2.0 */
/*
 * article_out.h - one article on standard output or in a file: as text, as
 * canonical JSON, or as the exact record.
 */
#ifndef TOOLS_ARTICLE_OUT_H
#define TOOLS_ARTICLE_OUT_H

#include "fiche/fiche.h"
#include "reading.h"
#include "str.h"

enum article_form {
	FORM_TEXT,
	FORM_JSON,
	FORM_RAW,
};

/* What is known of an article besides its content. */
struct article_about {
	bool is_line;    /* came in as a line, not as a file */
	struct str name; /* safe file name without extension: 17-title-words */
	const char *extension; /* for its form, without the dot */
};

/*
 * Read article `number` in the given form.  `content` is borrowed from the
 * view.  Statuses of the library.
 */
int article_read(struct fiche_text *content, struct article_about *about,
                 struct reading *ar, uint64_t number, enum article_form form,
                 struct fiche_error *err);
void article_about_done(struct article_about *about);

#endif
