/* SPDX-License-Identifier: Apache-2.0 */
/* letters.c - a small table of cases; see letters.h. */

#include "page/letters.h"

#include <string.h>

#include "base/utf8.h"

bool letters_is(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	if (c < 0xc0)
		return c == 0xaa || c == 0xb5;
	if (c >= 0x2000 && c < 0x2c00)
		return false;
	if ((c >= 0x3000 && c < 0x3005) || (c >= 0x3008 && c < 0x3021))
		return false;
	if (c >= 0xfe30 && c < 0xff21)
		return false;
	return c != 0xd7 && c != 0xf7 && c != 0x1680 && c != 0xfeff &&
	       c != 0xfffd;
}

static bool is_even_upper(uint32_t c)
{
	return (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) ||
	       (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) ||
	       (c >= 0x4d0 && c <= 0x52f) || (c >= 0x1e00 && c <= 0x1eff);
}

static bool is_odd_upper(uint32_t c)
{
	return (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
}

uint32_t letters_lower(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
	    (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if (c == 0x178)
		return 0xff;
	if (c == 0x130) /* dotted I */
		return 'i';
	if ((is_even_upper(c) && c % 2 == 0) || (is_odd_upper(c) && c % 2 == 1))
		return c + 1;
	return c;
}

bool letters_is_upper(uint32_t c)
{
	return letters_lower(c) != c;
}

uint32_t letters_at(unsigned *n, const char *text, size_t len)
{
	uint32_t c = 0;

	*n = 0;
	if (len == 0)
		return 0;
	*n = utf8_decode(&c, text, len);
	if (*n == 0) {
		*n = 1;
		return 0xfffd;
	}
	return c;
}

static unsigned put(char *at, uint32_t c)
{
	if (c < 0x80) {
		at[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		at[0] = (char)(0xc0 | c >> 6);
		at[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	return 0;
}

size_t letters_word(char word[LETTERS_WORD], const char *text, size_t len)
{
	size_t at = 0, out = 0;
	unsigned n, more;
	uint32_t c;

	while (at < 4 * LETTERS_WORD - 4) {
		c = letters_at(&n, text + at, len - at);
		if (!letters_is(c))
			break;
		if (out + 4 < LETTERS_WORD) {
			more = put(word + out, letters_lower(c));
			/* Nothing with cases is longer. */
			if (more == 0) {
				memcpy(word + out, text + at, n);
				more = n;
			}
			out += more;
		}
		at += n;
	}
	word[out] = '\0';
	return at;
}

size_t letters_next(char word[LETTERS_WORD], struct fiche_text *t)
{
	unsigned step;
	size_t n;

	while (t->len) {
		n = letters_word(word, t->ptr, t->len);
		if (n == 0)
			(void)letters_at(&step, t->ptr, t->len);
		t->ptr += n ? n : step;
		t->len -= n ? n : step;
		if (n)
			return n;
	}
	return 0;
}

bool letters_in(const char *list, const char *word)
{
	size_t len = strlen(word);
	const char *end;

	if (len == 0)
		return false;
	for (; *list; list = *end ? end + 1 : end) {
		end = strchr(list, ' ');
		if (!end)
			end = list + strlen(list);
		if ((size_t)(end - list) == len && memcmp(list, word, len) == 0)
			return true;
	}
	return false;
}

bool letters_equal(struct fiche_text a, const char *b)
{
	size_t i;

	for (i = 0; i < a.len && b[i]; i++) {
		uint8_t x = (uint8_t)a.ptr[i], y = (uint8_t)b[i];

		if (x < 0x80 && y < 0x80 &&
		    letters_lower(x) == letters_lower(y))
			continue;
		if (x != y)
			return false;
	}
	return i == a.len && b[i] == '\0';
}

/* Length in bytes of the blank at either end of a text, or 0. */
static size_t blank_at(const char *at, size_t len)
{
	if (len >= 1 && (uint8_t)at[0] <= ' ')
		return 1;
	if (len >= 2 && memcmp(at, "\xc2\xa0", 2) == 0)
		return 2;
	if (len >= 3 && (memcmp(at, "\xe2\x80\x8b", 3) == 0 ||
	                 memcmp(at, "\xef\xbb\xbf", 3) == 0 ||
	                 memcmp(at, "\xe3\x80\x80", 3) == 0))
		return 3;
	return 0;
}

static size_t blank_before(const char *end, size_t len)
{
	for (size_t n = 1; n <= 3 && n <= len; n++)
		if (blank_at(end - n, n) == n)
			return n;
	return 0;
}

struct fiche_text letters_trim(struct fiche_text t)
{
	size_t n;

	while ((n = blank_at(t.ptr, t.len)) > 0) {
		t.ptr += n;
		t.len -= n;
	}
	while (t.len && (n = blank_before(t.ptr + t.len, t.len)) > 0)
		t.len -= n;
	return t;
}
