/* SPDX-License-Identifier: Apache-2.0 */
/* suggest.h - "did you mean ...?" */
#ifndef TOOLS_SUGGEST_H
#define TOOLS_SUGGEST_H

#include <stddef.h>

struct suggest {
	const char *typed;
	const char *best; /* NULL: nothing is near enough */
	size_t distance;
};

void suggest_init(struct suggest *s, const char *typed);
/* Offer a word; the nearest of all stays in s->best. */
void suggest_offer(struct suggest *s, const char *word);

#endif
