/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify.h - what an input is, judged by how it begins.
 *
 * The name only breaks ties: a file called page.html that holds lines of JSON
 * is read as lines of JSON.
 */
#ifndef INGEST_CLASSIFY_H
#define INGEST_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLASSIFY_WINDOW ((size_t)64 << 10)

enum class_kind {
	CLASS_UNSURE, /* more bytes are needed */
	CLASS_EMPTY,  /* nothing, or a byte order mark alone */
	CLASS_LINES,  /* JSON Lines, or blank lines only */
	CLASS_FILE,   /* one record */
};

struct class
{
	enum class_kind kind;
	const char *type; /* of a file: its media type */
	size_t bom;       /* bytes of a UTF-8 byte order mark, 0 or 3 */
	bool binary;
};

/*
 * `complete`: the input ends behind these bytes.  Never CLASS_UNSURE then, nor
 * with CLASSIFY_WINDOW bytes or more.  name has no meaning but its ending.
 */
struct class classify(const uint8_t *bytes, size_t len, bool complete,
                      const char *name);

/* Only blanks, CR included? */
bool classify_blank(const uint8_t *bytes, size_t len);

/* A place in [at, end) where `word` (in lower case) stands in any case of
 * ASCII letters, or NULL. */
const uint8_t *classify_find(const uint8_t *at, const uint8_t *end,
                             const char *word);

#endif
