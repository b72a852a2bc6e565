/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_titles.c - print date and title of every article of a language.
 *
 * Build:  cc list_titles.c -o list_titles $(pkg-config --cflags --libs fiche)
 */

#include <stdio.h>

#include <fiche/fiche.h>

int main(int argc, char **argv)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *reader = NULL;
	struct fiche_results *found = NULL;
	struct fiche_view *view = NULL;
	struct fiche_selection want;
	struct fiche_article article;
	char date[32];
	int r = -1;

	if (argc != 3) {
		fprintf(stderr, "usage: list_titles ARCHIVE LANGUAGE\n");
		return 2;
	}
	if (fiche_reader_open(&reader, argv[1], NULL, &err) < 0)
		goto out;
	fiche_selection_init(&want);
	want.languages = (const char *const[]){ argv[2] };
	want.language_count = 1;
	want.sort = FICHE_SORT_OLDEST;
	if (fiche_select(&found, reader, &want, &err) < 0)
		goto out;
	view = fiche_view_new(reader);
	for (uint64_t i = 0; view && i < fiche_results_count(found); i++) {
		r = fiche_view_card(view, fiche_results_number(found, i),
		                    &article, &err);
		if (r < 0)
			goto out;
		printf("%s  %.*s\n",
		       fiche_format_date(date, &article.published),
		       (int)article.title.len, article.title.ptr);
	}
	r = view ? 0 : -1;
out:
	if (r < 0)
		fprintf(stderr, "list_titles: %s: %s\n", argv[1], err.text);
	fiche_view_free(view);
	fiche_results_free(found);
	fiche_reader_close(reader);
	return r < 0 ? 1 : 0;
}
