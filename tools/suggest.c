/* SPDX-License-Identifier: Apache-2.0 */
/* suggest.c - "did you mean ...?"; see suggest.h. */

#include "suggest.h"

#include <string.h>

#define WORD_MAX 32

void suggest_init(struct suggest *s, const char *typed)
{
	*s = (struct suggest){ .typed = typed };
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to insert, drop, change or swap; both words at most WORD_MAX. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *t;

	for (size_t j = 0; j <= b_len; j++)
		last[j] = j;
	memset(before, 0, sizeof(rows[0]));
	for (size_t i = 1; i <= a_len; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = a[i - 1] != b[j - 1];

			row[j] = least(least(row[j - 1], last[j]) + 1,
			               last[j - 1] + cost);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		t = before;
		before = last;
		last = row;
		row = t;
	}
	return last[b_len];
}

void suggest_offer(struct suggest *s, const char *word)
{
	size_t typed_len = strlen(s->typed), word_len = strlen(word), d;

	if (typed_len == 0 || typed_len > WORD_MAX || word_len > WORD_MAX)
		return;
	d = distance(s->typed, typed_len, word, word_len);
	/* Somebody who wrote the beginning or more than the word meant it. */
	if (least(typed_len, word_len) >= 3 &&
	    memcmp(s->typed, word, least(typed_len, word_len)) == 0)
		d = 1;
	if (d > least(typed_len, word_len) / 3 + (word_len > 2 ? 1 : 0) ||
	    d >= word_len)
		return;
	if (!s->best || d < s->distance) {
		s->best = word;
		s->distance = d;
	}
}
