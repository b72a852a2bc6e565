/* SPDX-License-Identifier: Apache-2.0 */
/* test_token.c - index/token: what the words of a text are (spec 6.8). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "index/token.h"

/* The tokens of a text in one line: `word` as it is, `pair` behind +, `single`
 * behind =, and where they come from if that is asked for. */
static void describe(struct buf *out, const char *text, size_t len, bool places)
{
	struct tokenizer t;
	struct token token;
	char place[50];
	char *copy = malloc(len ? len : 1);

	/* Of exactly this size, for a sanitizer to guard its end. */
	assert_non_null(copy);
	if (len)
		memcpy(copy, text, len);
	buf_clear(out);
	tokenizer_init(&t, copy, len);
	while (tokenizer_next(&t, &token)) {
		assert_in_range(token.len, 1, TOKEN_MAX);
		assert_true(token.from < token.to && token.to <= len);
		if (out->len)
			buf_put(out, " ", 1);
		if (token.kind != TOKEN_WORD)
			buf_put(out, token.kind == TOKEN_PAIR ? "+" : "=", 1);
		buf_put(out, token.bytes, token.len);
		snprintf(place, sizeof(place), "@%zu-%zu", token.from,
		         token.to);
		if (places)
			buf_put(out, place, strlen(place));
	}
	buf_put(out, "", 1);
	free(copy);
}

struct row {
	const char *rule;
	const char *text;
	const char *tokens;
};

static void check(const struct row *rows, size_t count, bool places)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < count; i++) {
		describe(&out, rows[i].text, strlen(rows[i].text), places);
		if (strcmp((const char *)out.ptr, rows[i].tokens) != 0)
			fail_msg("row '%s': %s", rows[i].rule,
			         (const char *)out.ptr);
	}
	buf_done(&out);
}

#define CHECK(rows, places) check(rows, sizeof(rows) / sizeof(*rows), places)

static void case_makes_no_difference(void **state)
{
	static const struct row rows[] = {
		{ "Latin", "The QUICK fOX", "the quick fox" },
		{ "sharp s", "Straße STRASSE STRA\u1e9eE",
		  "strasse strasse strasse" },
		{ "Turkish", "İstanbul IĞDIR ılık", "istanbul igdir ilik" },
		{ "Greek, with its final sigma", "ΣΊΣΥΦΟΣ Σίσυφος",
		  "σισυφοσ σισυφοσ" },
		{ "Cyrillic", "МОСКВА Її ҐАНОК Ћирилица",
		  "москва її ґанок ћирилица" },
		{ "Armenian", "ԵՐԵՎԱՆ և", "երեվան եւ" },
		{ "Georgian",
		  "ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ "
		  "საქართველო",
		  "საქართველო საქართველო" },
		{ "beyond 16 bits", "\U00010400\U00010428",
		  "\U00010428\U00010428" },
	};

	(void)state;
	CHECK(rows, false);
}

static void latin_and_greek_lose_their_diacritics(void **state)
{
	static const struct row rows[] = {
		{ "French", "Élève à Noël, œuvre, façade",
		  "eleve a noel oeuvre facade" },
		{ "German", "Äpfel für Übermut", "apfel fur ubermut" },
		{ "Czech", "Příliš žluťoučký kůň", "prilis zlutoucky kun" },
		{ "Polish", "Łódź żółw", "lodz zolw" },
		{ "Vietnamese", "Đường Nguyễn Huệ", "duong nguyen hue" },
		{ "Yoruba", "Ọjọ́ ẹ̀kọ́ ṣe", "ojo eko se" },
		{ "Danish, Icelandic, Maltese", "Ærø Þórður ħobż",
		  "aero thordur hobz" },
		{ "eng is a letter", "Ŋuŋ", "ŋuŋ" },
		{ "decomposed", "cafe\u0301 a\u0306\u0323b", "cafe ab" },
		{ "Greek", "Ἀθῆναι ΐ ᾳ", "αθηναι ι α" },
		{ "letters with a dot or an apostrophe", "ŀ ŉ", "l n" },
	};

	(void)state;
	CHECK(rows, false);
}

static void cyrillic_keeps_its_letters_and_loses_stress(void **state)
{
	static const struct row rows[] = {
		{ "composed", "Йод її ўсё", "йод її ўсе" },
		{ "decomposed", "И\u0306од і\u0308і\u0308 у\u0306се\u0308",
		  "йод її ўсе" },
		{ "Macedonian", "Ќе ѓ к\u0301е г\u0301 ѐ ѝ", "ќе ѓ ќе ѓ е и" },
		{ "io is ie", "Ёлка елка", "елка елка" },
		{ "stress", "за\u0301мок и\u0301 й\u0301", "замок и й" },
		{ "what is ignored does not part a letter from its mark",
		  "и\u00ad\u0301\u0306", "й" },
		{ "a mark alone", "\u0306 x \u0306", "x" },
		{ "a mark does not reach over a separator", "и-\u0306", "и" },
	};

	(void)state;
	CHECK(rows, false);
}

static void semitic_scripts_lose_their_points(void **state)
{
	static const struct row rows[] = {
		{ "alef", "أحمد إلى آخر ٱل", "احمد الي اخر ال" },
		{ "harakat", "مُحَمَّد", "محمد" },
		{ "teh marbuta and tatweel", "مدرسة كـــتاب", "مدرسه كتاب" },
		{ "Persian letters", "کتاب یک", "كتاب يك" },
		{ "Persian non-joiner", "می\u200cخواهم", "ميخواهم" },
		{ "presentation forms", "\ufefb \ufdf2", "لا الله" },
		{ "digits", "٢٠٢٤ ۲۰۲۴", "2024 2024" },
		{ "Hebrew", "שָׁלוֹם \ufb2a", "שלום ש" },
		{ "Hebrew punctuation", "צה\"ל צה״ל אל־על", "צה ל צה ל אל על" },
		{ "Amharic", "ሰላም፡ለዓለም።", "ሰላም ለዓለም" },
	};

	(void)state;
	CHECK(rows, false);
}

static void indic_marks_belong_to_words(void **state)
{
	static const struct row rows[] = {
		{ "Hindi", "हिन्दी समाचार।", "हिन्दी समाचार" },
		{ "nukta", "\u0958 \u0915\u093c \u0929 \u0928\u093c",
		  "\u0915\u093c \u0915\u093c \u0929 \u0929" },
		{ "Bengali vowel of two parts", "ক\u09cb ক\u09c7\u09be",
		  "ক\u09cb ক\u09cb" },
		{ "Kannada vowel of three parts", "ಕ\u0ccb ಕ\u0cc6\u0cc2\u0cd5",
		  "ಕ\u0ccb ಕ\u0ccb" },
		{ "a mark alone", "\u093f", "\u093f" },
		{ "digits", "१२३ ১২৩", "123 123" },
	};

	(void)state;
	CHECK(rows, false);
}

static void scripts_without_spaces_give_pairs(void **state)
{
	static const struct row rows[] = {
		{ "Han", "新闻联播", "+新闻 +闻联 +联播" },
		{ "two", "手机", "+手机" },
		{ "one", "我 x 〇", "=我 x =〇" },
		{ "punctuation parts", "中国,北京。你", "+中国 +北京 =你" },
		{ "mixed", "iPhone手机3", "iphone +手机 3" },
		{ "compatibility ideographs", "\uf900\U0002f800",
		  "+\u8c48\u4e3d" },
		{ "beyond 16 bits", "\U00020000\U0002a6d6\U00030000",
		  "+\U00020000\U0002a6d6 +\U0002a6d6\U00030000" },
		{ "kana", "カメラが", "+カメ +メラ +ラが" },
		{ "half-width kana", "ｶﾞｷﾞﾊﾟｰ", "+ガギ +ギパ +パー" },
		{ "decomposed kana", "カ\u3099か\u3099", "+ガが" },
		{ "a voiced mark alone", "\u3099", "=\u3099" },
		{ "full-width Latin is a word", "ＡＢＣ１２", "abc12" },
		{ "Hangul", "한국어", "+한국 +국어" },
		{ "decomposed Hangul",
		  "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165",
		  "+한국 +국어" },
		{ "a final joins a syllable", "하\u11ab", "=한" },
		{ "a syllable takes one final", "한\u11ab", "+한\u11ab" },
		{ "compatibility jamo", "ㅋㅋ \u3131\u314f",
		  "+\u110f\u110f =가" },
		{ "Thai", "ภาษาไทย ๒๕๖๗", "+ภา +าษ +ษา +าไ +ไท +ทย 2567" },
		{ "two of one", "\u0e33", "+\u0e4d\u0e32" },
		{ "Khmer", "ខ្មែរ", "+ខ្ +្ម +មែ +ែរ" },
		{ "ignored inside a pair", "新\u200b闻 联\u2060播",
		  "=新 =闻 +联播" },
		{ "square words are symbols", "㍿ ㎏ 5㎏", "5" },
	};

	(void)state;
	CHECK(rows, false);
}

static void what_separates_and_what_does_not(void **state)
{
	static const struct row rows[] = {
		{ "nothing", "", "" },
		{ "only separators", " ,.-\n\t!", "" },
		{ "only what is ignored", "\u00ad\u200d\u0301", "" },
		{ "apostrophes", "don't l’été п'ять o\u02bbzbek п\u02bcять",
		  "don t l ete п ять o zbek п ять" },
		{ "hyphens and underscores", "e-mail snake_case",
		  "e mail snake case" },
		{ "numbers", "3.14 1,000 Covid19 ½ x² ① Ⅳ",
		  "3 14 1 000 covid19 x2 1 iv" },
		{ "symbols", "C++ 5€ №7 Apple™ a\U0001f600b",
		  "c 5 7 apple a b" },
		{ "keycap", "1\ufe0f\u20e3", "1" },
		{ "soft hyphen", "zu\u00adsammen", "zusammen" },
		{ "joiners", "a\u200db\u200cc\u2060d\ufeffe", "abcde" },
		{ "zero-width space", "a\u200bb", "a b" },
		{ "bidi marks", "\u202bab\u202c\u2066c\u2069\u200ed\u061ce",
		  "abcde" },
		{ "control characters",
		  "a\x01"
		  "b\x7f"
		  "c\xc2\x85\u2028e",
		  "a b c e" },
		{ "a foreign byte",
		  "a\xff"
		  "b",
		  "a b" },
		{ "continuations",
		  "a\x80\xbf"
		  "b",
		  "a b" },
		{ "a character cut short",
		  "a\xd0"
		  "b\xe4\xbd"
		  "c\xf0\x9f\x98",
		  "a b c" },
		{ "too long a form", "a\xc1\xa1\xe0\x81\xa1z", "a z" },
		{ "a surrogate", "a\xed\xa0\x80z", "a z" },
		{ "foreign bytes part pairs", "新\xff闻", "=新 =闻" },
		{ "ligatures", "ﬁn ﬅ ǆ ĳ", "fin st dz ij" },
		{ "mathematical letters", "𝐀𝟙", "a1" },
	};
	struct buf out = { 0 };

	(void)state;
	CHECK(rows, false);
	describe(&out, "a\0b", 3, false);
	assert_string_equal(out.ptr, "a b");
	describe(&out, NULL, 0, false);
	assert_string_equal(out.ptr, "");
	buf_done(&out);
}

static void places_are_those_of_the_source(void **state)
{
	static const struct row rows[] = {
		{ "words", " Ab, ça ", "ab@1-3 ca@5-8" },
		{ "inside a word", "a\u00adb", "ab@0-4" },
		{ "not around it", "\u200dab\u0301\u200d c", "ab@3-5 c@11-12" },
		{ "what joins is part", "и\u0306 x", "й@0-4 x@5-6" },
		{ "pairs", "x新闻联", "x@0-1 +新闻@1-7 +闻联@4-10" },
		{ "what joins a pair", "カ\u3099か\u3099", "+ガが@0-12" },
		{ "ignored between", "新\u2060闻\u2060", "+新闻@0-9" },
		{ "two of one", "\u0e33\u0e01",
		  "+\u0e4d\u0e32@0-3 +\u0e32\u0e01@0-6" },
		{ "a single", "x 我\ufe00", "x@0-1 =我@2-5" },
	};

	(void)state;
	CHECK(rows, true);
}

/* A long word, `left` bytes of which stand before `tail`. */
static void check_cut(size_t left, const char *tail, const char *kept)
{
	char text[400], tokens[400];
	struct buf out = { 0 };

	memset(text, 'A', left);
	strcpy(text + left, tail);
	memset(tokens, 'a', left);
	snprintf(tokens + left, sizeof(tokens) - left, "%s@0-%zu b@%zu-%zu",
	         kept, strlen(text), strlen(text) + 1, strlen(text) + 2);
	strcat(text, " B");
	describe(&out, text, strlen(text), true);
	assert_string_equal(out.ptr, tokens);
	buf_done(&out);
}

static void a_long_word_is_cut_between_characters(void **state)
{
	char many[200];

	(void)state;
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	check_cut(63, "x", "x");
	check_cut(63, "xx", "x");
	check_cut(64, many, "");
	check_cut(62, "\u0436", "\u0436");
	check_cut(63, "\u0436", "");
	/* Once something did not fit, nothing else does. */
	check_cut(63, "\u0436z", "");
	check_cut(62, "\u1200z", "");
	check_cut(61, "\u1200z", "\u1200");
	check_cut(60, "\U00010428", "\U00010428");
	check_cut(61, "\U00010428xyz", "");
	check_cut(63, "ß", "s");
	check_cut(63, "\ufb01\u0436", "f");
	/* What joins the last character fits; it joins no other one. */
	check_cut(62, "\u0438\u0306", "\u0439");
	check_cut(62, "\u0438\u0438\u0306", "\u0438");
	check_cut(62, "\u0438z\u0308z", "\u0438");
}

/* The tokens of folded bytes are those bytes. */
static void check_folded(const struct token *token)
{
	struct tokenizer t;
	struct token again;

	tokenizer_init(&t, (const char *)token->bytes, token->len);
	if (!tokenizer_next(&t, &again) || again.kind != token->kind ||
	    again.len != token->len ||
	    memcmp(again.bytes, token->bytes, token->len) != 0 ||
	    tokenizer_next(&t, &again))
		fail_msg("'%.*s' changes", (int)token->len, token->bytes);
}

static void every_code_point_alone_is_folded_once(void **state)
{
	struct tokenizer t;
	struct token token;
	struct buf raw = { 0 };
	unsigned count;

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		/* Surrogates are three foreign bytes. */
		buf_clear(&raw);
		utf8_encode(&raw, c);
		count = 0;
		tokenizer_init(&t, (const char *)raw.ptr, raw.len);
		while (tokenizer_next(&t, &token)) {
			count++;
			assert_int_equal(token.from, 0);
			assert_int_equal(token.to, raw.len);
			check_folded(&token);
		}
		if (count > 1 || (c >= 0xd800 && c < 0xe000 && count))
			fail_msg("U+%04X gives %u", (unsigned)c, count);
	}
	buf_done(&raw);
}

static uint32_t random_next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Every prefix of noise: bytes, and characters of the scripts that join. */
static void noise_is_cut_into_folded_words_of_its_own_bytes(void **state)
{
	static const char *const parts[] = {
		"и",      "і",    "\u0306", "\u0308", "\u0301", "\u00ad", "カ",
		"\u3099", "ﾞ",    "\u1100", "\u1161", "\u11a8", "가",     "新",
		"Ab9",    "ß",    "\u0e33", "\u09c7", "\u09be", "\ufdf2", " ",
		"-",      "\xe3", "\x82",   "\xf0",   "\x9f",
	};
	uint64_t seed = 1;
	struct tokenizer t;
	struct token token;
	struct buf noise = { 0 };

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		buf_clear(&noise);
		while (noise.len < 150) {
			uint32_t r = random_next(&seed);
			uint8_t byte = (uint8_t)r;
			const char *part =
				parts[r % (sizeof(parts) / sizeof(*parts))];

			if (round % 3 == 0)
				buf_put(&noise, &byte, 1);
			else
				buf_put(&noise, part, strlen(part));
		}
		for (size_t len = 0; len <= noise.len; len++) {
			char *exact = malloc(len ? len : 1);
			size_t from = 0;

			assert_non_null(exact);
			memcpy(exact, noise.ptr, len);
			tokenizer_init(&t, exact, len);
			while (tokenizer_next(&t, &token)) {
				assert_true(token.from >= from);
				assert_true(token.from < token.to);
				assert_true(token.to <= len);
				from = token.from;
				check_folded(&token);
			}
			assert_false(tokenizer_next(&t, &token));
			free(exact);
		}
	}
	buf_done(&noise);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(case_makes_no_difference),
		cmocka_unit_test(latin_and_greek_lose_their_diacritics),
		cmocka_unit_test(cyrillic_keeps_its_letters_and_loses_stress),
		cmocka_unit_test(semitic_scripts_lose_their_points),
		cmocka_unit_test(indic_marks_belong_to_words),
		cmocka_unit_test(scripts_without_spaces_give_pairs),
		cmocka_unit_test(what_separates_and_what_does_not),
		cmocka_unit_test(places_are_those_of_the_source),
		cmocka_unit_test(a_long_word_is_cut_between_characters),
		cmocka_unit_test(every_code_point_alone_is_folded_once),
		cmocka_unit_test(
			noise_is_cut_into_folded_words_of_its_own_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
