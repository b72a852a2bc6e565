/* SPDX-License-Identifier: Apache-2.0 */
/* language.c - the table of languages (spec "Fields"); see language.h. */

#include "article/language.h"

#include <string.h>

/* ISO 639-1, ISO 639-2 or 639-3, English name. */
static const struct {
	char two[3];
	char three[4];
	const char *name;
} languages[] = {
	{ "am", "amh", "amharic" },     { "ar", "ara", "arabic" },
	{ "az", "aze", "azerbaijani" }, { "be", "bel", "belarusian" },
	{ "bg", "bul", "bulgarian" },   { "bn", "ben", "bengali" },
	{ "bs", "bos", "bosnian" },     { "ca", "cat", "catalan" },
	{ "cs", "ces", "czech" },       { "cs", "cze", NULL },
	{ "cy", "cym", "welsh" },       { "da", "dan", "danish" },
	{ "de", "deu", "german" },      { "de", "ger", NULL },
	{ "el", "ell", "greek" },       { "el", "gre", NULL },
	{ "en", "eng", "english" },     { "es", "spa", "spanish" },
	{ "et", "est", "estonian" },    { "eu", "eus", "basque" },
	{ "eu", "baq", NULL },          { "fa", "fas", "persian" },
	{ "fa", "per", "farsi" },       { "fi", "fin", "finnish" },
	{ "fr", "fra", "french" },      { "fr", "fre", NULL },
	{ "ga", "gle", "irish" },       { "gl", "glg", "galician" },
	{ "gu", "guj", "gujarati" },    { "ha", "hau", "hausa" },
	{ "he", "heb", "hebrew" },      { "hi", "hin", "hindi" },
	{ "hr", "hrv", "croatian" },    { "hu", "hun", "hungarian" },
	{ "hy", "hye", "armenian" },    { "hy", "arm", NULL },
	{ "id", "ind", "indonesian" },  { "ig", "ibo", "igbo" },
	{ "is", "isl", "icelandic" },   { "is", "ice", NULL },
	{ "it", "ita", "italian" },     { "ja", "jpn", "japanese" },
	{ "ka", "kat", "georgian" },    { "ka", "geo", NULL },
	{ "kk", "kaz", "kazakh" },      { "km", "khm", "khmer" },
	{ "kn", "kan", "kannada" },     { "ko", "kor", "korean" },
	{ "ku", "kur", "kurdish" },     { "ky", "kir", "kyrgyz" },
	{ "lo", "lao", "lao" },         { "lt", "lit", "lithuanian" },
	{ "lv", "lav", "latvian" },     { "mk", "mkd", "macedonian" },
	{ "mk", "mac", NULL },          { "ml", "mal", "malayalam" },
	{ "mn", "mon", "mongolian" },   { "mr", "mar", "marathi" },
	{ "ms", "msa", "malay" },       { "ms", "may", NULL },
	{ "my", "mya", "burmese" },     { "my", "bur", NULL },
	{ "ne", "nep", "nepali" },      { "nl", "nld", "dutch" },
	{ "nl", "dut", NULL },          { "no", "nor", "norwegian" },
	{ "nb", "nob", NULL },          { "nn", "nno", NULL },
	{ "om", "orm", "oromo" },       { "pa", "pan", "punjabi" },
	{ "pl", "pol", "polish" },      { "ps", "pus", "pashto" },
	{ "pt", "por", "portuguese" },  { "ro", "ron", "romanian" },
	{ "ro", "rum", NULL },          { "ru", "rus", "russian" },
	{ "rw", "kin", "kinyarwanda" }, { "si", "sin", "sinhala" },
	{ "sk", "slk", "slovak" },      { "sk", "slo", NULL },
	{ "sl", "slv", "slovenian" },   { "sn", "sna", "shona" },
	{ "so", "som", "somali" },      { "sq", "sqi", "albanian" },
	{ "sq", "alb", NULL },          { "sr", "srp", "serbian" },
	{ "sv", "swe", "swedish" },     { "sw", "swa", "swahili" },
	{ "ta", "tam", "tamil" },       { "te", "tel", "telugu" },
	{ "tg", "tgk", "tajik" },       { "th", "tha", "thai" },
	{ "ti", "tir", "tigrinya" },    { "tk", "tuk", "turkmen" },
	{ "tl", "tgl", "tagalog" },     { "tr", "tur", "turkish" },
	{ "uk", "ukr", "ukrainian" },   { "ur", "urd", "urdu" },
	{ "uz", "uzb", "uzbek" },       { "vi", "vie", "vietnamese" },
	{ "xh", "xho", "xhosa" },       { "yo", "yor", "yoruba" },
	{ "zh", "zho", "chinese" },     { "zh", "chi", NULL },
	{ "zu", "zul", "zulu" },
};

static const char *find(const char *word, size_t len)
{
	for (size_t i = 0; i < sizeof(languages) / sizeof(*languages); i++) {
		if (len == 3 && memcmp(word, languages[i].three, 3) == 0)
			return languages[i].two;
		if (languages[i].name && strlen(languages[i].name) == len &&
		    memcmp(word, languages[i].name, len) == 0)
			return languages[i].two;
	}
	return NULL;
}

void language_put(struct buf *out, const char *text, size_t len)
{
	size_t old_len = out->len, first = 0;
	const char *code;
	char word[16];

	while (first < len && text[first] != '-' && text[first] != '_')
		first++;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		buf_put(out, c == '_' ? "-" : &c, 1);
	}
	if (!buf_ok(out) || first < 3 || first > sizeof(word))
		return;
	memcpy(word, out->ptr + old_len, first);
	code = find(word, first);
	if (!code)
		return;
	/* Both codes are shorter than what they replace. */
	memcpy(out->ptr + old_len, code, 2);
	memmove(out->ptr + old_len + 2, out->ptr + old_len + first,
	        len - first);
	out->len -= first - 2;
}
