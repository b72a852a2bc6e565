/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost.c - see fiche/lost.h.
 *
 * The archive is opened twice: as it was, which knows what there was and reads
 * what the index leads to, and by a recovery, which reads what stands in the
 * file.  Lost is what neither gives out.
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

static int look(struct way *was, struct way *is,
                const struct fiche_lost_options *opt, struct fiche_error *err)
{
	uint64_t end = is->reader->record_end, next;
	struct description d;

	if (was->reader && was->reader->record_end > end)
		end = was->reader->record_end;
	for (uint64_t n = 0; n < end; n = next) {
		struct fiche_lost lost = { .number = n, .count = 1 };
		int r;

		if (opt->on_progress && n % 256 == 0)
			opt->on_progress(opt->ctx, n, end);
		next = end;
		if (!knows(is, n, &next) && !knows(was, n, &next)) {
			lost.count = next - n;
			opt->on_lost(opt->ctx, &lost);
			continue;
		}
		next = n + 1;
		r = gives(is, n, err);
		if (r < 0 && r != FICHE_ERR_NOMEM)
			r = gives(was, n, err);
		if (r == FICHE_ERR_NOMEM)
			return r;
		if (r == 0)
			continue;
		if (was->reader) {
			describe_record(&d, was->view, n);
			lost.id = d.id;
			lost.title = d.title;
		}
		opt->on_lost(opt->ctx, &lost);
	}
	return 0;
}

int find_lost_io(struct io *io, const char *path,
                 const struct fiche_lost_options *opt, struct fiche_error *err)
{
	struct way was = { 0 }, is = { 0 };
	int r = way_open(&is, io, path, true, err);

	if (r == 0)
		r = way_open(&was, io, path, false, err);
	/* Without a commit there is the one way only. */
	if (r < 0 && is.view && r != FICHE_ERR_NOMEM)
		r = 0;
	if (r == 0)
		r = look(&was, &is, opt, err);
	way_close(&was);
	way_close(&is);
	return r;
}

int fiche_find_lost(const char *path, const struct fiche_lost_options *opt,
                    struct fiche_error *err)
{
	return find_lost_io(io_posix(), path, opt, err);
}
