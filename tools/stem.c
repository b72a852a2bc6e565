/* SPDX-License-Identifier: Apache-2.0 */
/* stem.c - other forms of a word; see stem.h. */

#include "stem.h"

#include <libstemmer.h>
#include <string.h>

#define WORD_MAX 64 /* bytes; what the index cuts words to */

static const struct {
	char code[3];
	const char *algorithm;
} languages[STEM_LANGUAGES] = {
	{ "ar", "arabic" },    { "ca", "catalan" },    { "da", "danish" },
	{ "de", "german" },    { "el", "greek" },      { "en", "english" },
	{ "es", "spanish" },   { "eu", "basque" },     { "fi", "finnish" },
	{ "fr", "french" },    { "ga", "irish" },      { "hi", "hindi" },
	{ "hu", "hungarian" }, { "hy", "armenian" },   { "id", "indonesian" },
	{ "it", "italian" },   { "lt", "lithuanian" }, { "nb", "norwegian" },
	{ "ne", "nepali" },    { "nl", "dutch" },      { "nn", "norwegian" },
	{ "no", "norwegian" }, { "pt", "portuguese" }, { "ro", "romanian" },
	{ "ru", "russian" },   { "sr", "serbian" },    { "sv", "swedish" },
	{ "ta", "tamil" },     { "tr", "turkish" },
};

/*
 * Words come without diacritics, but some algorithms know endings by them; and
 * plurals that Snowball keeps apart are brought together on the way.  The first
 * row that fits is used.
 */
static const struct ending {
	char code[3];
	unsigned least; /* bytes that must stand before it */
	const char *from, *to;
} endings[] = {
	{ "ca", 1, "cions", "cio" },
	{ "es", 1, "cion", "ci\xc3\xb3n" },
	/* In octal: a hexadecimal escape would take the e along. */
	{ "fr", 1, "ee", "\303\251e" },
	{ "fr", 1, "ees", "\303\251es" },
	{ "fr", 1, "eaux", "eau" },
	{ "fr", 3, "aux", "al" },
	{ "pt", 0, "caos", "caos" }, /* chaos, not dogs */
	{ "pt", 1, "cao", "\xc3\xa7\xc3\xa3o" },
	{ "pt", 1, "coes", "\xc3\xa7\xc3\xa3o" },
	{ "pt", 1, "ao", "\xc3\xa3o" },
	{ "pt", 1, "aos", "\xc3\xa3o" },
	{ "pt", 1, "aes", "\xc3\xa3o" },
	{ "pt", 1, "oes", "\xc3\xa3o" },
	{ "pt", 3, "ais", "al" },
	{ "pt", 3, "veis", "vel" },
};

/* Room for the longest `to` in place of a shorter `from`. */
#define RESTORED_MAX (WORD_MAX + 8)

static size_t restore(char *out, const char *code, const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		const struct ending *e = &endings[i];
		size_t from = strlen(e->from), to = strlen(e->to);

		if (strcmp(e->code, code) != 0 || len < from + e->least ||
		    memcmp(word + len - from, e->from, from) != 0)
			continue;
		memcpy(out, word, len - from);
		memcpy(out + len - from, e->to, to);
		return len - from + to;
	}
	memcpy(out, word, len);
	return len;
}

static struct sb_stemmer *stemmer_for(struct stem *s, const char *code)
{
	for (size_t i = 0; i < STEM_LANGUAGES; i++) {
		if (strcmp(languages[i].code, code) != 0)
			continue;
		if (!s->of[i])
			s->of[i] = sb_stemmer_new(languages[i].algorithm, NULL);
		return s->of[i];
	}
	return NULL;
}

size_t stem_word(void *ctx, const char *language, const char *word, size_t len,
                 char *out, size_t cap)
{
	struct sb_stemmer *stemmer = stemmer_for(ctx, language);
	char restored[RESTORED_MAX];
	const sb_symbol *stem;
	size_t n;

	if (!stemmer || len > WORD_MAX)
		return 0;
	n = restore(restored, language, word, len);
	stem = sb_stemmer_stem(stemmer, (const sb_symbol *)restored, (int)n);
	if (!stem)
		return 0;
	n = (size_t)sb_stemmer_length(stemmer);
	/* Nothing left of it, or more than there is room for. */
	if (n == 0 || n > cap)
		return 0;
	memcpy(out, stem, n);
	return n;
}

void stem_done(struct stem *s)
{
	for (size_t i = 0; i < STEM_LANGUAGES; i++)
		sb_stemmer_delete(s->of[i]);
	*s = (struct stem){ 0 };
}
