/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stem.h - other forms of a word, for fiche_search_options.stem: by the
 * Snowball algorithms of libstemmer.
 *
 * Only whether two stems are equal matters; they are never shown.
 */
#ifndef TOOLS_STEM_H
#define TOOLS_STEM_H

#include <stddef.h>

struct sb_stemmer;

#define STEM_LANGUAGES 29

/* A zeroed struct is ready. */
struct stem {
	struct sb_stemmer *of[STEM_LANGUAGES]; /* made when first needed */
};

/* As fiche_search_options.stem wants it; `ctx` is a struct stem. */
size_t stem_word(void *ctx, const char *language, const char *word, size_t len,
                 char *out, size_t cap);
void stem_done(struct stem *s);

#endif
