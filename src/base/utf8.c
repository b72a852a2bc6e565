/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.c - validating UTF-8; see utf8.h.
 *
 * Validation is a state machine whose rows are 64-bit words: a state is the
 * place of its six bits in the word, so that one shift makes one step and a
 * text of any script costs the same.
 */

#include "base/utf8.h"

#include <string.h>

#define HIGHS 0x8080808080808080u

/* States, as shifts: what has been read of the current character. */
enum {
	AT_START = 0,
	AT_BAD = 6,
	NEED_1 = 12,
	NEED_2 = 18,
	NEED_3 = 24,
	AFTER_E0 = 30, /* the second byte is bounded, to keep the form */
	AFTER_ED = 36, /* shortest, surrogates out, and the value      */
	AFTER_F0 = 42, /* below 0x110000                               */
	AFTER_F4 = 48,
};

#define TO(from, to) ((uint64_t)(to) << (from))
/* Where a byte leads from each state, in the order of the enum. */
#define ROW(s, n1, n2, n3, e0, ed, f0, f4)                                     \
	(TO(AT_START, s) | TO(AT_BAD, AT_BAD) | TO(NEED_1, n1) |               \
	 TO(NEED_2, n2) | TO(NEED_3, n3) | TO(AFTER_E0, e0) |                  \
	 TO(AFTER_ED, ed) | TO(AFTER_F0, f0) | TO(AFTER_F4, f4))
#define FIRST(s) ROW(s, AT_BAD, AT_BAD, AT_BAD, AT_BAD, AT_BAD, AT_BAD, AT_BAD)

#define ASCII FIRST(AT_START)
#define T_80                                                                   \
	ROW(AT_BAD, AT_START, NEED_1, NEED_2, AT_BAD, NEED_1, AT_BAD, NEED_2)
#define T_90                                                                   \
	ROW(AT_BAD, AT_START, NEED_1, NEED_2, AT_BAD, NEED_1, NEED_2, AT_BAD)
#define T_A0                                                                   \
	ROW(AT_BAD, AT_START, NEED_1, NEED_2, NEED_1, AT_BAD, NEED_2, AT_BAD)
#define NEVER FIRST(AT_BAD)
#define L_2   FIRST(NEED_1)
#define L_3   FIRST(NEED_2)
#define L_4   FIRST(NEED_3)

#define X2(x)  x, x
#define X4(x)  X2(x), X2(x)
#define X8(x)  X4(x), X4(x)
#define X16(x) X8(x), X8(x)
#define X64(x) X16(x), X16(x), X16(x), X16(x)

static const uint64_t rows[256] = {
	X64(ASCII),      X64(ASCII),                       /* 00 */
	X16(T_80),       X16(T_90),  X16(T_A0), X16(T_A0), /* 80 */
	X2(NEVER),       X8(L_2),    X4(L_2),   X2(L_2),
	X16(L_2),                                                /* c0 */
	FIRST(AFTER_E0), X8(L_3),    X4(L_3),   FIRST(AFTER_ED), /* e0 */
	X2(L_3),                                                 /* ee */
	FIRST(AFTER_F0), X2(L_4),    L_4,       FIRST(AFTER_F4), /* f0 */
	X8(NEVER),       X2(NEVER),  NEVER,                      /* f5 */
};

static uint64_t step(uint64_t state, char byte)
{
	return rows[(uint8_t)byte] >> (state & 63);
}

bool utf8_is_valid(const char *text, size_t len)
{
	uint64_t state = AT_START, word;

	for (; len >= 8; text += 8, len -= 8) {
		memcpy(&word, text, 8);
		if ((state & 63) != AT_START || (word & HIGHS))
			for (unsigned i = 0; i < 8; i++)
				state = step(state, text[i]);
		if ((state & 63) == AT_BAD)
			return false;
	}
	for (; len; text++, len--)
		state = step(state, *text);
	return (state & 63) == AT_START;
}

/* The length of the character at `text`, or 0 and in *foreign how many bytes
 * to replace: as many as begin a character, at least one. */
static unsigned decode(uint32_t *out, const char *text, size_t len,
                       unsigned *foreign)
{
	uint32_t value = (uint8_t)text[0];
	uint64_t state = step(AT_START, text[0]);
	unsigned n = 1;

	*foreign = 1;
	if (value >= 0xf0)
		value &= 0x07;
	else if (value >= 0xe0)
		value &= 0x0f;
	else if (value >= 0x80)
		value &= 0x1f;
	while ((state & 63) != AT_START) {
		if ((state & 63) == AT_BAD || n == len)
			return 0;
		state = step(state, text[n]);
		if ((state & 63) == AT_BAD)
			return 0;
		value = value << 6 | ((uint8_t)text[n] & 0x3f);
		n++;
		*foreign = n;
	}
	*out = value;
	return n;
}

unsigned utf8_decode(uint32_t *out, const char *text, size_t len)
{
	unsigned foreign;

	return decode(out, text, len, &foreign);
}

void utf8_encode(struct buf *out, uint32_t code_point)
{
	uint8_t raw[4];
	size_t n = 0;

	if (code_point < 0x80) {
		raw[n++] = (uint8_t)code_point;
	} else if (code_point < 0x800) {
		raw[n++] = (uint8_t)(0xc0 | code_point >> 6);
		raw[n++] = (uint8_t)(0x80 | (code_point & 0x3f));
	} else if (code_point < 0x10000) {
		raw[n++] = (uint8_t)(0xe0 | code_point >> 12);
		raw[n++] = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
		raw[n++] = (uint8_t)(0x80 | (code_point & 0x3f));
	} else {
		raw[n++] = (uint8_t)(0xf0 | code_point >> 18);
		raw[n++] = (uint8_t)(0x80 | (code_point >> 12 & 0x3f));
		raw[n++] = (uint8_t)(0x80 | (code_point >> 6 & 0x3f));
		raw[n++] = (uint8_t)(0x80 | (code_point & 0x3f));
	}
	buf_put(out, raw, n);
}

void utf8_put_clean(struct buf *out, const char *text, size_t len)
{
	size_t from = 0, at = 0;
	uint32_t code_point;
	unsigned n, foreign;

	if (utf8_is_valid(text, len)) {
		buf_put(out, text, len);
		return;
	}
	while (at < len) {
		n = decode(&code_point, text + at, len - at, &foreign);
		if (n) {
			at += n;
			continue;
		}
		buf_put(out, text + from, at - from);
		buf_put(out, "\xef\xbf\xbd", 3);
		at += foreign;
		from = at;
	}
	buf_put(out, text + from, at - from);
}
