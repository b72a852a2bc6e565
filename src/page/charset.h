/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset.h - the bytes of a document, in whatever encoding, as UTF-8.
 *
 * A byte order mark decides; then what was said outside, then what the page
 * says; then whether it is valid UTF-8; then a guess.  What was said is not
 * believed where the bytes plainly contradict it.
 */
#ifndef PAGE_CHARSET_H
#define PAGE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "fiche/article.h"
#include "fiche/error.h"

enum charset_how {
	CHARSET_MARK,    /* a byte order mark */
	CHARSET_OUTSIDE, /* HTTP, say */
	CHARSET_INSIDE,  /* `<meta charset>` and its like */
	CHARSET_VALID,   /* it is UTF-8, whatever was said */
	CHARSET_GUESSED,
	CHARSET_DEFAULT, /* nobody knows: Windows-1252 */
};

struct charset {
	enum charset_how how;
	const char *name; /* as in the WHATWG Encoding Standard; static */
};

/*
 * Bytes as valid UTF-8, with U+FFFD for what is no character.  *text is the
 * bytes themselves if they can stay as they are, else what was appended to
 * `buf`.  `declared` may be NULL or nonsense; with `html`, the first 4096 bytes
 * are searched for a declaration.  `found` may be NULL.  Returns 0 or
 * FICHE_ERR_NOMEM.
 */
int charset_to_utf8(struct fiche_text *text, struct buf *buf,
                    struct charset *found, const void *bytes, size_t len,
                    const char *declared, bool html, struct fiche_error *err);

#endif
