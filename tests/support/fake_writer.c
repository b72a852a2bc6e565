/* SPDX-License-Identifier: Apache-2.0 */
/* fake_writer.c - plain malloc: failing allocations are for the code tested. */
#include "support/fake_writer.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const void *bytes, size_t len)
{
	char *c = malloc(len + 1);

	if (c == NULL)
		abort();
	if (len > 0)
		memcpy(c, bytes, len);
	c[len] = '\0';
	return c;
}

static int broken(struct fiche_error *err, const char *text)
{
	if (err != NULL) {
		memset(err, 0, sizeof(*err));
		err->code = FICHE_ERR_IO;
		err->offset = FICHE_NOWHERE;
		memcpy(err->text, text, strlen(text) + 1);
	}
	return FICHE_ERR_IO;
}

static int remember(struct fiche_writer *w, const char *card, size_t card_len,
                    const void *bytes, size_t len,
                    const struct fiche_text *text,
                    const struct fiche_origin *origin, struct fiche_error *err)
{
	struct fake_record *r;

	if (w->fail_add)
		return broken(err, "the fake disk is full");
	if (w->count_only) {
		w->count++;
		return 0;
	}
	if (w->count == w->cap) {
		w->cap = w->cap == 0 ? 16 : 2 * w->cap;
		w->records = realloc(w->records, w->cap * sizeof(*w->records));
		if (w->records == NULL)
			abort();
	}
	r = &w->records[w->count++];
	r->bytes = copy(bytes, len);
	r->len = len;
	r->card = card != NULL ? copy(card, card_len) : NULL;
	r->text = text != NULL ? copy(text->ptr, text->len) : NULL;
	r->file = copy(origin->file, strlen(origin->file));
	r->line = origin->line;
	r->file_given = origin->file;
	return 0;
}

int fiche_writer_add_json(struct fiche_writer *w, const void *json, size_t len,
                          const struct fiche_origin *origin,
                          struct fiche_error *err)
{
	return remember(w, NULL, 0, json, len, NULL, origin, err);
}

int fiche_writer_add_file(struct fiche_writer *w, const char *card,
                          size_t card_len, const void *bytes, size_t len,
                          const struct fiche_text *text,
                          const struct fiche_origin *origin,
                          struct fiche_error *err)
{
	return remember(w, card, card_len, bytes, len, text, origin, err);
}

uint64_t fiche_writer_pending(const struct fiche_writer *w)
{
	return w->count - w->committed;
}

int fiche_writer_commit(struct fiche_writer *w, struct fiche_error *err)
{
	size_t i;

	if (w->fail_commit)
		return broken(err, "the fake disk does not sync");
	for (i = w->committed; i < w->count && !w->count_only; i++)
		if (strcmp(w->records[i].file, w->records[i].file_given) != 0)
			abort();
	w->committed = w->count;
	w->commits++;
	if (w->on_commit != NULL)
		w->on_commit(w);
	return 0;
}

void fake_writer_reset(struct fiche_writer *w)
{
	size_t i;

	for (i = 0; i < w->count && !w->count_only; i++) {
		free(w->records[i].bytes);
		free(w->records[i].card);
		free(w->records[i].text);
		free(w->records[i].file);
	}
	free(w->records);
	memset(w, 0, sizeof(*w));
}
