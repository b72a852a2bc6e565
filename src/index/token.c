/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.c - cutting a text into words (spec 6.8); see token.h.
 *
 * A word is folded while it is read.  A run of a script without spaces is held
 * three characters deep instead: a pair is final once what follows it is
 * known not to join it.
 */

#include "index/token.h"

#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "index/fold.h"

/* A word that is being folded. */
struct word {
	uint8_t *bytes; /* of TOKEN_MAX */
	size_t len;
	uint32_t last; /* character, also if it did not fit; 0: in no join */
	bool full;     /* something did not fit: nothing more is kept */
};

static size_t encode(uint8_t out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

/* utf8_decode(), with a short way for two bytes: whole alphabets. */
static unsigned decode(uint32_t *out, const uint8_t *text, size_t len)
{
	if (len > 1 && text[0] >= 0xc2 && text[0] < 0xe0 &&
	    (text[1] & 0xc0) == 0x80) {
		*out = (text[0] & 0x1fu) << 6 | (text[1] & 0x3fu);
		return 2;
	}
	return utf8_decode(out, (const char *)text, len);
}

/* What stands at t->at, before the end, and how many bytes it takes.  A byte
 * of no character separates; so do those that belong to it, one by one. */
static unsigned look(struct fold *out, const struct tokenizer *t)
{
	uint32_t c;
	unsigned n = decode(&c, t->text + t->at, t->len - t->at);

	if (!n) {
		out->kind = FOLD_SEPARATOR;
		return 1;
	}
	fold_find(out, c);
	return n;
}

/* Replace the end of the word by what it becomes with c behind it. */
static bool join_word(struct word *w, uint32_t c)
{
	uint32_t joined = w->last ? fold_join(w->last, c) : 0;
	uint8_t raw[4];
	size_t n;

	if (!joined)
		return false;
	w->last = joined;
	n = encode(raw, joined);
	if (!w->full)
		memcpy(w->bytes + w->len - n, raw, n);
	return true;
}

static void put(struct word *w, uint32_t c)
{
	uint8_t raw[4];
	size_t n;

	w->last = c;
	if (w->len + 4 <= TOKEN_MAX && !w->full) {
		w->len += encode(w->bytes + w->len, c);
		return;
	}
	n = encode(raw, c);
	w->full = w->full || n > TOKEN_MAX - w->len;
	if (w->full)
		return;
	memcpy(w->bytes + w->len, raw, n);
	w->len += n;
}

static void put_ascii(struct word *w, struct tokenizer *t)
{
	const uint8_t *at = t->text + t->at, *end = t->text + t->len;
	uint8_t *out = w->bytes + w->len;
	size_t room = w->full ? 0 : TOKEN_MAX - w->len;
	const uint8_t *until = room < (size_t)(end - at) ? at + room : end;

	while (at < until && fold_ascii[*at] > FOLD_ASCII_OTHER)
		*out++ = fold_ascii[*at++];
	w->len = (size_t)(out - w->bytes);
	while (at < end && fold_ascii[*at] > FOLD_ASCII_OTHER) {
		w->full = true;
		at++;
	}
	t->at = (size_t)(at - t->text);
}

/* The word that begins at t->at. */
static void take_word(struct tokenizer *t, struct token *out)
{
	struct word w = { .bytes = t->word };
	struct fold f;
	size_t before;
	unsigned n;

	out->from = out->to = t->at;
	for (;;) {
		before = t->at;
		put_ascii(&w, t);
		if (t->at > before) {
			out->to = t->at;
			w.last = 0;
		}
		if (t->at == t->len || !fold_ascii[t->text[t->at]])
			break;
		n = look(&f, t);
		if (f.kind != FOLD_WORD && f.kind != FOLD_IGNORED)
			break;
		t->at += n;
		for (unsigned i = 0; i < f.count; i++) {
			bool joined = f.joins && join_word(&w, f.to[i]);

			if (f.kind == FOLD_WORD && !joined)
				put(&w, f.to[i]);
			if (f.kind == FOLD_WORD || joined)
				out->to = t->at;
		}
	}
	out->bytes = t->word;
	out->len = w.len;
	out->kind = TOKEN_WORD;
}

static bool join_held(struct tokenizer *t, uint32_t c, size_t to)
{
	struct token_char *last;
	uint32_t joined;

	if (!t->held)
		return false;
	last = &t->run[t->held - 1];
	joined = fold_join(last->c, c);
	if (!joined)
		return false;
	last->c = joined;
	last->to = to;
	return true;
}

/* Read on until the first two of the run are final, or it ends. */
static void hold(struct tokenizer *t)
{
	struct fold f;
	size_t from;

	while (t->held < 3 && t->at < t->len) {
		from = t->at;
		t->at += look(&f, t);
		if (f.kind != FOLD_PAIR && f.kind != FOLD_IGNORED) {
			t->at = from;
			return;
		}
		for (unsigned i = 0; i < f.count; i++) {
			if (f.joins && join_held(t, f.to[i], t->at))
				continue;
			if (f.kind == FOLD_PAIR)
				t->run[t->held++] = (struct token_char){
					.c = f.to[i], .from = from, .to = t->at
				};
		}
		assert(t->held <= 2 + FOLD_MAX_PAIRS);
	}
}

/* The next token of the run at t->at; false if there is none left in it. */
static bool take_pair(struct tokenizer *t, struct token *out)
{
	unsigned n;

	hold(t);
	if (t->held == 0 || (t->held == 1 && t->paired)) {
		t->held = 0;
		t->paired = false;
		return false;
	}
	n = t->held == 1 ? 1 : 2;
	out->bytes = t->word;
	out->len = 0;
	for (unsigned i = 0; i < n; i++)
		out->len += encode(t->word + out->len, t->run[i].c);
	out->kind = n == 1 ? TOKEN_SINGLE : TOKEN_PAIR;
	out->from = t->run[0].from;
	out->to = t->run[n - 1].to;

	t->paired = n == 2;
	t->held--;
	memmove(t->run, t->run + 1, t->held * sizeof(*t->run));
	return true;
}

void tokenizer_init(struct tokenizer *t, const char *text, size_t len)
{
	t->text = (const uint8_t *)text;
	t->len = len;
	t->at = 0;
	t->held = 0;
	t->paired = false;
}

bool tokenizer_next(struct tokenizer *t, struct token *out)
{
	struct fold f;
	unsigned n;

	if (t->held && take_pair(t, out))
		return true;
	while (t->at < t->len) {
		uint8_t byte = fold_ascii[t->text[t->at]];

		n = 1;
		f.kind = byte ? FOLD_WORD : FOLD_SEPARATOR;
		if (byte == FOLD_ASCII_OTHER)
			n = look(&f, t);
		if (f.kind == FOLD_WORD) {
			take_word(t, out);
			return true;
		}
		if (f.kind == FOLD_PAIR)
			return take_pair(t, out);
		t->at += n;
	}
	return false;
}
