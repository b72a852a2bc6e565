/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.h - header lines, as WARC and HTTP have them: "Name: value", a value
 * that goes on in lines that begin with a blank, and an empty line at the end.
 *
 * Lines end at LF; CRs before it, also several, are no part of them.
 */
#ifndef INGEST_HEAD_H
#define INGEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"

/* Length of the head that begins here, with its empty line; 0 if that is not
 * among the `len` bytes. */
size_t head_len(const uint8_t *at, size_t len);

/*
 * Find `count` fields by their names, in any case of ASCII letters, in a head
 * or what there is of one.  A value is borrowed, without outer blanks; where it
 * was folded it has the line ends inside.  Of two of a name the first counts.
 */
void head_find(struct fiche_text *values, const char *const *names,
               size_t count, const uint8_t *at, size_t len);

/* Is it `word`, in any case of ASCII letters? */
bool head_is(struct fiche_text text, const char *word);
/* Does it begin so? */
bool head_begins(struct fiche_text text, const char *word);
/* Without blanks at its ends. */
struct fiche_text head_trim(struct fiche_text text);
/* Digits and nothing else, as a number; false if it is none, or too large. */
bool head_number(uint64_t *out, struct fiche_text text);

/* What a Content-Type says: the type in lower case without parameters, ""
 * without one, and the charset. */
struct media {
	char type[96];
	char charset[48];
};

/* Parameters may be quoted; `encoding=` is met where `charset=` is meant. */
void head_media(struct media *out, struct fiche_text text);

#endif
