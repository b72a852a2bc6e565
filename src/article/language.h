/* SPDX-License-Identifier: Apache-2.0 */
/* language.h - names of languages as codes of ISO 639-1. */
#ifndef ARTICLE_LANGUAGE_H
#define ARTICLE_LANGUAGE_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Append the code for "en", "EN_us", "eng", "english": lower case, '-' between
 * parts, ISO 639-1 where the table knows one.  Other text only gets lower case.
 */
void language_put(struct buf *out, const char *text, size_t len);

#endif
