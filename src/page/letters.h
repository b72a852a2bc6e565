/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letters.h - letters and words of running text, as far as guessing about pages
 * needs them: Latin, Greek and Cyrillic have two cases, all other scripts none.
 */
#ifndef PAGE_LETTERS_H
#define PAGE_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"

/* Room for a word in lower case, with its NUL. */
#define LETTERS_WORD 32

/* Neither blank, digit nor punctuation. */
bool letters_is(uint32_t c);
bool letters_is_upper(uint32_t c);
uint32_t letters_lower(uint32_t c);

/* One character; 0 at the end, U+FFFD for a byte that is none.  Its length in
 * bytes goes to *n. */
uint32_t letters_at(unsigned *n, const char *text, size_t len);

/* The word that begins at `text`, in lower case; a word that has no room is
 * cut.  Returns its length as written, at most 4 * LETTERS_WORD; 0 if there is
 * no letter. */
size_t letters_word(char word[LETTERS_WORD], const char *text, size_t len);

/* Go to the next word of *t and behind it; 0 if there is none. */
size_t letters_next(char word[LETTERS_WORD], struct fiche_text *t);

/* Is `word` one of the words, with one blank between them, of `list`? */
bool letters_in(const char *list, const char *word);

/* Characters below 0x80 compared without their case. */
bool letters_equal(struct fiche_text a, const char *b);

/* Without blanks at its ends; U+00A0, U+200B and U+FEFF are some. */
struct fiche_text letters_trim(struct fiche_text t);

#endif
