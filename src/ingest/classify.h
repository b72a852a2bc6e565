/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify.h - what an input without a magic number is, judged by how it
 * begins.
 *
 * The name only breaks ties: a file called page.html that holds lines of JSON
 * is read as lines of JSON.
 */
#ifndef INGEST_CLASSIFY_H
#define INGEST_CLASSIFY_H

#include "ingest/format.h"

/* Bytes of a UTF-8 byte order mark in front: 0 or 3. */
size_t classify_bom(const struct look *look);

/* Empty, or a byte order mark alone? */
bool classify_is_nothing(const struct look *look);

/* Is its first line there, and a JSON object?  Then nothing more need be seen,
 * for a slow pipe may take long to fill the window. */
bool classify_first_line(const struct look *look);

/* Lines of JSON, or only blanks? */
bool classify_lines(const struct look *look);

/* The media type of a text; NULL if it is none. */
const char *classify_type(const struct look *look);

/* Only blanks, CR included? */
bool classify_blank(const uint8_t *bytes, size_t len);

/* A place in [at, end) where `word` (in lower case) stands in any case of
 * ASCII letters, or NULL. */
const uint8_t *classify_find(const uint8_t *at, const uint8_t *end,
                             const char *word);

#endif
