/* SPDX-License-Identifier: Apache-2.0 */
/*
 * articles.c - made-up news as JSON Lines, to standard output.
 *
 *   articles COUNT [SEED]
 *
 * A million is 2.4 GB.
 */

#include <stdio.h>
#include <stdlib.h>

#include "news.h"

int main(int argc, char **argv)
{
	struct news *n;
	const char *line;
	size_t len;
	int failed;

	if (argc < 2 || argc > 3) {
		fputs("usage: articles COUNT [SEED]\n", stderr);
		return 2;
	}
	n = news_new(strtoull(argv[1], NULL, 10),
	             argc == 3 ? strtoull(argv[2], NULL, 10) : 1);
	if (!n) {
		fputs("articles: out of memory\n", stderr);
		return 1;
	}
	while ((line = news_next(n, &len)) != NULL)
		if (fwrite(line, 1, len, stdout) != len)
			break;
	failed = line != NULL || fflush(stdout) != 0;
	if (failed)
		perror("articles");
	news_free(n);
	return failed;
}
