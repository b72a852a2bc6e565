/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recode.h - an input in another encoding, read as UTF-8.
 *
 * UTF-16 with a byte order mark, as spreadsheets write it, and texts that are
 * plainly not UTF-8, which are taken for Windows-1252.  Everything else stays
 * as it is, a few foreign bytes included.
 */
#ifndef INGEST_RECODE_H
#define INGEST_RECODE_H

#include <iconv.h>

#include "ingest/format.h"

struct recode {
	const struct input *outer;
	struct input inner; /* with bytes of its own, if need be */
	struct lines lines;
	struct stream *stream;
	bool is_open;
	iconv_t cd;
	unsigned width; /* bytes of a unit of the encoding */
	int failed;     /* of memory or of the pulse */
	struct fiche_error why;
};

/* What the input is in, judged by its beginning: the name for iconv, or NULL
 * for UTF-8. */
const char *recode_charset(const struct look *look);

/* Append the beginning of an input as text: ASCII is right, other characters
 * are some letter. */
void recode_look(struct buf *out, const struct look *look);

/*
 * Make *in the input to read instead of `i`: the same, or one in UTF-8.  A byte
 * order mark is passed.  Returns 0 or FICHE_ERR_NOMEM.
 */
int recode_begin(struct recode *r, const struct input **in,
                 const struct input *i, struct fiche_error *err);
/* As input_ended() of the input; frees. */
int recode_end(struct recode *r, const char *result, struct fiche_error *err);

#endif
