/* SPDX-License-Identifier: Apache-2.0 */
/* phrases.c - a list of phrases, in the languages of dates.c; see
 * phrases.h. */

#include "page/phrases.h"

#include <string.h>

#include "page/letters.h"

#define LINE_BYTES 120

/* In lower case, one blank between words, no punctuation. */
static const char *const phrases[] = {
	"subscribe",
	"log in",
	"login",
	"sign in",
	"sign up",
	"register",
	"newsfeed",
	"newsletter",
	"share",
	"share this",
	"share on",
	"tweet",
	"print",
	"comments",
	"leave a comment",
	"leave a reply",
	"add a comment",
	"to participate in the discussion",
	"related articles",
	"related stories",
	"related topics",
	"read more",
	"read also",
	"read next",
	"most read",
	"most popular",
	"more from",
	"more stories",
	"you may also like",
	"recommended",
	"trending",
	"advertisement",
	"skip to content",
	"skip to main content",
	"toggle navigation",
	"search",
	"menu",
	"cookie",
	"cookies",
	"privacy policy",
	"terms of use",
	"all rights reserved",
	"copyright",
	"follow us",
	"back to top",
	"loader",
	"loading",
	"anmelden",
	"abonnieren",
	"teilen",
	"drucken",
	"kommentare",
	"mehr zum thema",
	"lesen sie auch",
	"zur startseite",
	"anzeige",
	"datenschutz",
	"impressum",
	"s'abonner",
	"se connecter",
	"partager",
	"imprimer",
	"commentaires",
	"lire aussi",
	"publicité",
	"mentions légales",
	"suscríbete",
	"iniciar sesión",
	"compartir",
	"comentarios",
	"publicidad",
	"lea también",
	"aviso legal",
	"assine",
	"compartilhar",
	"comentários",
	"publicidade",
	"leia também",
	"leia mais",
	"accedi",
	"abbonati",
	"condividi",
	"commenti",
	"leggi anche",
	"pubblicità",
	"подписаться",
	"войти",
	"регистрация",
	"поделиться",
	"комментарии",
	"читайте также",
	"читать далее",
	"реклама",
	"все права защищены",
	"підписатися",
	"увійти",
	"поділитися",
	"коментарі",
	"читайте також",
	"читати далі",
};

/* Lower case, punctuation and blanks to one blank, apostrophes kept. */
static size_t folded(char out[LINE_BYTES + 1], struct fiche_text line)
{
	char word[LETTERS_WORD];
	size_t len = 0, n;
	unsigned step;

	for (size_t i = 0; i < line.len;) {
		n = letters_word(word, line.ptr + i, line.len - i);
		if (n) {
			i += n;
			n = strlen(word);
			if (len + n > LINE_BYTES)
				break;
			memcpy(out + len, word, n);
			len += n;
			continue;
		}
		(void)letters_at(&step, line.ptr + i, line.len - i);
		if (line.ptr[i] == '\'' && len && len < LINE_BYTES)
			out[len++] = '\'';
		else if (len && out[len - 1] != ' ' && len < LINE_BYTES)
			out[len++] = ' ';
		i += step;
	}
	if (len && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	return len;
}

bool phrases_is_furniture(struct fiche_text line)
{
	char text[LINE_BYTES + 1];
	size_t len;

	if (line.len == 0 || line.len > LINE_BYTES)
		return false;
	/* A sign that stands alone says it too. */
	if (line.len > 2 && memcmp(line.ptr, "\xc2\xa9", 2) == 0)
		return true;
	len = folded(text, line);
	for (size_t i = 0; i < sizeof(phrases) / sizeof(*phrases); i++) {
		size_t n = strlen(phrases[i]);

		if (len < n || memcmp(text, phrases[i], n) != 0)
			continue;
		/* "Search" alone, or "Share this story" and little more. */
		if (len == n || (text[n] == ' ' && len < n + 30))
			return true;
	}
	return false;
}
