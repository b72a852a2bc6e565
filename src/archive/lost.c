/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost.c - see fiche/lost.h.
 *
 * The archive is opened as it was, which knows what there was and reads what
 * the index leads to; and where that fails by a recovery, which reads what
 * stands in the file.  Lost is what neither gives out.
 */

#include "archive/lost.h"

#include "archive/describe.h"
#include "archive/reader.h"
#include "base/err.h"

/* One of the two ways to read it; `reader` NULL: there is none. */
struct way {
	struct fiche_reader *reader;
	struct fiche_view *view;
};

static int way_open(struct way *w, struct io *io, const char *path,
                    bool recover, struct fiche_error *err)
{
	struct fiche_open_options opt = { .recover = true, .withdrawn = true };
	struct io_file *file;
	int r = io_open(io, path, IO_READ, &file, err);

	if (r == 0)
		r = recover ? reader_open_file(&w->reader, file, &opt, err)
		            : reader_open_as_it_was(&w->reader, file, err);
	if (r < 0)
		return r;
	w->view = fiche_view_new(w->reader);
	return w->view ? 0 : err_nomem(err);
}

static void way_close(struct way *w)
{
	fiche_view_free(w->view);
	fiche_reader_close(w->reader);
}

/* Is there an index of what `number` belongs to?  If not, *next is lowered to
 * the first number above for which there is one. */
static bool knows(struct way *w, uint64_t number, uint64_t *next)
{
	struct fiche_reader *r = w->reader;
	const struct reader_segment *s;
	size_t i = r ? reader_find_segment(r, number) : 0;

	if (!r)
		return false;
	if (i < r->segment_count &&
	    reader_segment(r, w->view, i, false, &s, NULL) == 0)
		return true;
	for (i = 0; i < r->segment_count; i++) {
		uint64_t first = r->segments[i].where.first_record;

		if (first >= *next)
			break;
		if (first > number &&
		    reader_segment(r, w->view, i, false, &s, NULL) == 0)
			*next = first;
	}
	return false;
}

static int gives(struct way *w, uint64_t number, struct fiche_error *err)
{
	struct fiche_text t;
	int r = w->reader ? fiche_view_record(w->view, number, &t, err)
	                  : FICHE_ERR_CORRUPT;

	return r == FICHE_ERR_REDACTED ? 0 : r;
}

struct search {
	struct io *io;
	const char *path;
	const struct fiche_lost_options *opt;
	struct way was, is;
	bool recovered; /* `is` was tried: it reads the whole file */
};

static int recover(struct search *s, struct fiche_error *err)
{
	int r = s->recovered ? 0 : way_open(&s->is, s->io, s->path, true, err);

	s->recovered = true;
	return r;
}

/* The same, where that is no failure of the search. */
static int recover_if_any(struct search *s, struct fiche_error *err)
{
	int r = recover(s, err);

	return r == FICHE_ERR_NOMEM ? r : 0;
}

static int is_lost(struct search *s, uint64_t number, struct fiche_error *err)
{
	int r = gives(&s->was, number, err);

	if (r == 0 || r == FICHE_ERR_NOMEM)
		return r;
	r = recover_if_any(s, err);
	if (r == 0)
		r = gives(&s->is, number, err);
	return r == 0 || r == FICHE_ERR_NOMEM ? r : 1;
}

static uint64_t end_of(const struct search *s)
{
	uint64_t was = s->was.reader ? s->was.reader->record_end : 0;
	uint64_t is = s->is.reader ? s->is.reader->record_end : 0;

	return was > is ? was : is;
}

static int look_at(struct search *s, uint64_t n, uint64_t *next,
                   struct fiche_error *err)
{
	struct fiche_lost lost = { .number = n, .count = 1 };
	struct description d;
	int r = 0;

	*next = end_of(s);
	if (!knows(&s->was, n, next)) {
		r = recover_if_any(s, err);
		if (r < 0)
			return r;
		if (!knows(&s->is, n, next)) {
			lost.count = *next - n;
			s->opt->on_lost(s->opt->ctx, &lost);
			return 0;
		}
	}
	*next = n + 1;
	r = is_lost(s, n, err);
	if (r != 1)
		return r;
	if (s->was.reader) {
		describe_record(&d, s->was.view, n);
		lost.id = d.id;
		lost.title = d.title;
	}
	s->opt->on_lost(s->opt->ctx, &lost);
	return 0;
}

static int look(struct search *s, struct fiche_error *err)
{
	const struct archive *a;
	int r = way_open(&s->was, s->io, s->path, false, err);
	uint64_t next;

	if (r == FICHE_ERR_NOMEM)
		return r;
	a = s->was.reader ? &s->was.reader->archive : NULL;
	if (!a || !a->has_commit)
		r = recover(s, err);
	else if (a->end < a->size) /* there may be more */
		r = recover_if_any(s, err);
	for (uint64_t n = 0; r == 0 && n < end_of(s); n = next) {
		if (s->opt->on_progress && n % 256 == 0)
			s->opt->on_progress(s->opt->ctx, n, end_of(s));
		r = look_at(s, n, &next, err);
	}
	return r;
}

int find_lost_io(struct io *io, const char *path,
                 const struct fiche_lost_options *opt, struct fiche_error *err)
{
	struct search s = { .io = io, .path = path, .opt = opt };
	int r = look(&s, err);

	way_close(&s.was);
	way_close(&s.is);
	return r;
}

int fiche_find_lost(const char *path, const struct fiche_lost_options *opt,
                    struct fiche_error *err)
{
	return find_lost_io(io_posix(), path, opt, err);
}
