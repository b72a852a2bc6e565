/* SPDX-License-Identifier: Apache-2.0 */
/* feed.c - the importer without files; see feed.h. */
#include "support/feed.h"

#include <stdio.h>
#include <string.h>

#include "ingest/input.h"
#include "ingest/stream.h"

struct bytes_left {
	const uint8_t *at;
	size_t len, piece;
};

static int give(void *ctx, uint8_t *out, size_t cap, size_t *got,
                struct fiche_error *err)
{
	struct bytes_left *b = ctx;
	size_t n = b->len < cap ? b->len : cap;

	(void)err;
	if (b->piece > 0 && n > b->piece)
		n = b->piece;
	if (n == 0)
		return FICHE_END;
	memcpy(out, b->at, n);
	b->at += n;
	b->len -= n;
	*got = n;
	return 0;
}

static void hear(void *ctx, enum fiche_ingest_level level, const char *where,
                 const char *what)
{
	struct feed *f = ctx;
	size_t used = strlen(f->said);

	(void)snprintf(f->said + used, sizeof(f->said) - used, "%c %s: %s\n",
	               level == FICHE_INGEST_NOTE ? 'N' : 'W', where, what);
}

int feed_bytes(struct feed *f, const char *name, const void *bytes, size_t len)
{
	struct bytes_left left = { bytes, len, f->piece };
	struct input i = { .stats = &f->stats, .name = name, .label = name };
	struct stream *s = NULL;
	int r;

	fake_writer_reset(&f->writer);
	memset(&f->stats, 0, sizeof(f->stats));
	f->said[0] = '\0';
	f->opt.message = hear;
	f->opt.ctx = f;
	r = fiche_ingest_new(&i.in, &f->writer, &f->opt, NULL);
	if (r == 0)
		r = stream_open_source(&s, give, &left, input_pulse, i.in,
		                       NULL);
	if (r == 0)
		r = input_read(&i, s, NULL);
	stream_close(s);
	fiche_ingest_free(i.in);
	return r;
}

void feed_done(struct feed *f)
{
	fake_writer_reset(&f->writer);
}
