/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_lex.c - the pieces of a typed query; see query_lex.h.
 *
 * Every byte is looked at a bounded number of times.  Bytes that are no UTF-8
 * are characters like any other here; the tokenizer separates words by them.
 */

#include "index/query_lex.h"

#include <string.h>

#include "base/utf8.h"

#define FOREIGN 0xfffd

static bool is_blank(uint32_t c)
{
	return c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

/* Marks of direction, joints and breaks of no width, and the one in front of
 * files: they come with what is pasted. */
static bool is_unseen(uint32_t c)
{
	return c == 0x061c || c == 0x200b || c == 0x200e || c == 0x200f ||
	       (c >= 0x202a && c <= 0x202e) || c == 0x2060 ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Languages do not agree which of them opens. */
static bool is_quote(uint32_t c)
{
	return c == '"' || c == 0xab || c == 0xbb || c == 0x201c ||
	       c == 0x201d || c == 0x201e || c == 0xff02;
}

static bool ends_value(uint32_t c)
{
	return is_blank(c) || c == '(' || c == ')';
}

static bool ends_item(uint32_t c)
{
	return ends_value(c) || c == '|' || is_quote(c);
}

/* The character at `at`, which is not the end, and its length. */
static unsigned look(const struct query_lex *lex, size_t at, uint32_t *c)
{
	unsigned n = utf8_decode(c, lex->text + at, lex->len - at);

	if (n)
		return n;
	*c = FOREIGN;
	return 1;
}

/* The next place from `at` on where a character is one of these, or the end. */
static size_t find(const struct query_lex *lex, size_t at, bool (*is)(uint32_t))
{
	uint32_t c;
	unsigned n;

	for (; at < lex->len; at += n) {
		n = look(lex, at, &c);
		if (is(c))
			break;
	}
	return at;
}

static size_t skip_unseen(const struct query_lex *lex, size_t at)
{
	uint32_t c;
	unsigned n;

	for (; at < lex->len; at += n) {
		n = look(lex, at, &c);
		if (!is_unseen(c))
			break;
	}
	return at;
}

size_t query_lex_trim(const struct query_lex *lex, size_t from, size_t to)
{
	size_t end = from;
	uint32_t c;
	unsigned n;

	for (; from < to; from += n) {
		n = look(lex, from, &c);
		if (!is_unseen(c))
			end = from + n;
	}
	return end;
}

bool query_lex_is_blank(const struct query_lex *lex, size_t from, size_t to)
{
	uint32_t c;
	unsigned n;

	for (; from < to; from += n) {
		n = look(lex, from, &c);
		if (!is_blank(c) && !is_unseen(c))
			return false;
	}
	return true;
}

size_t query_lex_character(const struct query_lex *lex, size_t at)
{
	size_t count = 1;
	uint32_t c;

	for (size_t i = 0; i < at; count++)
		i += look(lex, i, &c);
	return count;
}

void query_lex_complain(struct query_lex *lex, size_t at, const char *what,
                        const char *why)
{
	if (lex->complaint.what && lex->complaint.at <= at)
		return;
	lex->complaint = (struct complaint){ what, why, at };
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* `word` is in lower case. */
static bool is_word(const char *text, size_t len, const char *word)
{
	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(text[i]) != word[i])
			return false;
	return true;
}

/* near, or near/ and a number. */
static bool is_near(unsigned *distance, const char *text, size_t len)
{
	unsigned value = 0;

	*distance = 10;
	if (len <= 5 || text[4] != '/')
		return is_word(text, len, "near");
	if (!is_word(text, 4, "near"))
		return false;
	for (size_t i = 5; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
		if (value > QUERY_NEAR_MAX)
			value = QUERY_NEAR_MAX;
	}
	*distance = value;
	return true;
}

/* A field's name, and a colon behind it: `*behind` is where its value is. */
static bool is_field(const struct query_lex *lex, struct lexeme *out,
                     size_t *behind)
{
	static const struct {
		const char *name;
		enum query_field field;
		bool title;
	} names[] = {
		{ "title", 0, true },
		{ "source", QUERY_SOURCE, false },
		{ "site", QUERY_SOURCE, false },
		{ "tag", QUERY_TAG, false },
		{ "tags", QUERY_TAG, false },
		{ "keyword", QUERY_TAG, false },
		{ "author", QUERY_AUTHOR, false },
		{ "by", QUERY_AUTHOR, false },
		{ "lang", QUERY_LANGUAGE, false },
		{ "language", QUERY_LANGUAGE, false },
		{ "url", QUERY_URL, false },
		{ "date", QUERY_DATE, false },
	};
	const char *text = lex->text + lex->at;
	size_t rest = lex->len - lex->at, len = 0, at;

	while (len < rest && lower(text[len]) >= 'a' && lower(text[len]) <= 'z')
		len++;
	at = skip_unseen(lex, lex->at + len);
	if (at == lex->len || lex->text[at] != ':')
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is_word(text, len, names[i].name)) {
			out->from = lex->at;
			out->to = lex->at + len;
			out->field = names[i].field;
			out->title = names[i].title;
			*behind = skip_unseen(lex, at + 1);
			return true;
		}
	return false;
}

/* At a quote: what stands between it and the next one. */
static void take_quoted(struct query_lex *lex, struct lexeme *out)
{
	size_t open = lex->at;
	uint32_t c;

	out->kind = LEX_QUOTED;
	out->from = open + look(lex, open, &c);
	out->to = find(lex, out->from, is_quote);
	lex->at = out->to;
	if (lex->at == lex->len)
		query_lex_complain(lex, open, "the quote",
		                   "is not closed; read up to the end");
	else
		lex->at += look(lex, lex->at, &c);
}

static void take_item(struct query_lex *lex, struct lexeme *out,
                      bool (*ends)(uint32_t))
{
	out->kind = LEX_ITEM;
	out->from = lex->at;
	lex->at = find(lex, lex->at, ends);
	out->to = query_lex_trim(lex, out->from, lex->at);
}

/* False if the parenthesis is passed over. */
static bool take_open(struct query_lex *lex, struct lexeme *out)
{
	lex->glued = false;
	out->kind = LEX_OPEN;
	lex->at++;
	if (lex->depth == QUERY_DEPTH_MAX) {
		query_lex_complain(lex, lex->at - 1, "the parenthesis",
		                   "is too deep and was left out");
		lex->passed_over++;
		return false;
	}
	lex->depth++;
	return true;
}

static bool take_close(struct query_lex *lex, struct lexeme *out)
{
	lex->glued = true;
	out->kind = LEX_CLOSE;
	lex->at++;
	if (lex->passed_over) {
		lex->passed_over--;
		return false;
	}
	if (lex->depth == 0) {
		query_lex_complain(lex, lex->at - 1, "')'",
		                   "has no '(' and was left out");
		return false;
	}
	lex->depth--;
	return true;
}

/* The value of the field that out->from and out->to name.  False if it was a
 * parenthesis that is passed over. */
static bool take_value(struct query_lex *lex, struct lexeme *out, size_t behind)
{
	size_t name = out->from, name_end = out->to;
	uint32_t c = ' ';

	lex->at = behind;
	if (behind < lex->len)
		(void)look(lex, behind, &c);
	if (out->title && c == '(')
		return take_open(lex, out);
	if (is_quote(c))
		take_quoted(lex, out);
	else
		take_item(lex, out, out->title ? ends_item : ends_value);
	out->quoted = out->kind == LEX_QUOTED;
	if (query_lex_is_blank(lex, out->from, out->to)) {
		query_lex_complain(
			lex, name, "the field",
			"has nothing behind its colon and was read as a word");
		out->kind = LEX_ITEM;
		out->from = name;
		out->to = name_end;
		out->title = false;
	} else if (!out->title) {
		out->kind = LEX_FIELD;
		out->from = skip_unseen(lex, out->from);
		out->to = query_lex_trim(lex, out->from, out->to);
	}
	return true;
}

/* At - or +, where an item can begin: does one? */
static bool is_sign(const struct query_lex *lex)
{
	size_t at = skip_unseen(lex, lex->at + 1);
	uint32_t c;

	if (at == lex->len)
		return false;
	(void)look(lex, at, &c);
	return !is_blank(c) && c != ')' && c != '|' && c != '-' && c != '+';
}

/* A word, a field or an operator in letters.  False for what says nothing. */
static bool take_word(struct query_lex *lex, struct lexeme *out, bool plain)
{
	const char *text;
	size_t len, behind;

	lex->glued = true;
	if (is_field(lex, out, &behind))
		return take_value(lex, out, behind);
	take_item(lex, out, ends_item);
	text = lex->text + out->from;
	len = out->to - out->from;
	if (plain)
		return true;
	if (len == 2 && memcmp(text, "OR", 2) == 0)
		out->kind = LEX_OR;
	else if (len == 3 && memcmp(text, "NOT", 3) == 0)
		out->kind = LEX_NOT;
	else if (is_near(&out->distance, text, len))
		out->kind = LEX_NEAR;
	return len != 3 || memcmp(text, "AND", 3) != 0;
}

/* False if there is nothing to tell about what was read. */
static bool take(struct query_lex *lex, struct lexeme *out)
{
	bool plain = lex->signed_item;
	uint32_t c;

	(void)look(lex, lex->at, &c);
	*out = (struct lexeme){ .at = lex->at };
	lex->signed_item = false;
	if ((c == '-' || c == '+') && !plain && !lex->glued && is_sign(lex)) {
		lex->at++;
		lex->signed_item = true;
		out->kind = LEX_NOT;
		return c == '-';
	}
	if (c == '(')
		return take_open(lex, out);
	if (c == ')')
		return take_close(lex, out);
	if (c == '|') {
		/* Two are one: many people write || */
		while (lex->at < lex->len && lex->text[lex->at] == '|')
			lex->at++;
		lex->glued = false;
		out->kind = LEX_OR;
		return true;
	}
	if (is_quote(c)) {
		lex->glued = true;
		take_quoted(lex, out);
		return true;
	}
	return take_word(lex, out, plain);
}

void query_lex_init(struct query_lex *lex, const char *text, size_t len)
{
	*lex = (struct query_lex){ .text = text, .len = len };
}

void query_lex_next(struct query_lex *lex, struct lexeme *out)
{
	uint32_t c;
	unsigned n;

	while (lex->at < lex->len) {
		n = look(lex, lex->at, &c);
		if (is_blank(c) || is_unseen(c)) {
			lex->at += n;
			lex->glued = lex->glued && !is_blank(c);
		} else if (take(lex, out)) {
			return;
		}
	}
	*out = (struct lexeme){ .kind = LEX_END, .at = lex->len };
}
