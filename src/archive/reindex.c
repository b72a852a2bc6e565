/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reindex.c - the index made anew from the articles, as one more commit that
 * adds none (spec 4.9).
 *
 * Nothing is taken from the old index but where the blocks are; if it is too
 * damaged to tell, they are found by scanning the file.
 */

#include <string.h>

#include "archive/verify.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "base/err.h"

/* Records of a segment: two gigabytes of index or so. */
#define SEGMENT_RECORDS UINT64_C(4000000)

struct reindex {
	struct fiche_writer *writer;
	const struct fiche_reader *reader;
	const struct fiche_reindex_options *opt;
	struct indexing *open;
	struct commit_segment *segment;
	size_t count, cap;
	struct fiche_error why; /* the first thing that is wrong */
};

static void on_finding(void *ctx, const struct fiche_finding *f)
{
	struct reindex *x = ctx;

	if (x->why.code == 0)
		(void)err_set(&x->why, f->code, f->offset, "%s", f->text);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct reindex *x = ctx;

	if (x->opt->on_progress)
		x->opt->on_progress(x->opt->ctx, done, total);
}

/* Write the segment that is open. */
static int close_segment(struct reindex *x, struct fiche_error *err)
{
	int r;

	if (!x->open)
		return 0;
	if (x->why.code != 0)
		return err_copy(err, &x->why);
	if (alloc_grow(&x->segment, &x->cap, x->count + 1,
	               sizeof(*x->segment)) < 0)
		return err_nomem(err);
	r = writer_write_segment(x->writer, x->open, NULL, 0,
	                         &x->segment[x->count++], err);
	indexing_free(x->open);
	x->open = NULL;
	return r;
}

static struct indexing *next_segment(void *ctx, size_t i,
                                     struct fiche_error *err)
{
	struct reindex *x = ctx;
	struct fiche_writer *w = x->writer;

	if (x->open && indexing_count(x->open) < SEGMENT_RECORDS)
		return x->open;
	if (close_segment(x, err) < 0)
		return NULL;
	x->open = indexing_new(w->io, w->path,
	                       x->reader->segments[i].where.first_record,
	                       w->words ? INDEXING_WORDS : INDEXING_NO_WORDS);
	if (!x->open)
		(void)err_nomem(err);
	return x->open;
}

/* Where the blocks are: as the index says, or else as a scan finds them. */
static int open_reader(struct fiche_reader **out, struct fiche_writer *w,
                       bool recover, struct fiche_error *err)
{
	struct fiche_open_options opt = { .recover = recover,
		                          .withdrawn = true };
	const struct commit *c = &w->archive.last.commit;
	uint64_t next = 0;
	struct io_file *file;
	int r = io_open(w->io, w->path, IO_READ, &file, err);

	if (r == 0)
		r = reader_open_file(out, file, &opt, err);
	if (r < 0 || !recover)
		return r;
	for (size_t i = 0; i < (*out)->segment_count; i++) {
		const struct commit_segment *s = &(*out)->segments[i].where;

		if (s->first_record != next)
			break;
		next += s->record_count;
	}
	if (next == c->record_count)
		return 0;
	fiche_reader_close(*out);
	*out = NULL;
	return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
	               "articles are lost: an index of what is left needs "
	               "another archive");
}

static int index_all(struct reindex *x, bool recover, struct fiche_error *err)
{
	struct fiche_writer *w = x->writer;
	struct fiche_verify_options opt = { .on_finding = on_finding,
		                            .on_progress = on_progress,
		                            .ctx = x };
	struct verify v = { .path = w->path, .io = w->io, .opt = &opt };
	int r = open_reader(&v.reader, w, recover, err);

	if (r < 0)
		return r;
	x->reader = v.reader;
	v.archive = &v.reader->archive;
	v.total = v.archive->end;
	v.pool = w->pool;
	v.view = fiche_view_new(v.reader);
	r = v.view ? verify_each_segment(&v, next_segment, x, err)
	           : err_nomem(err);
	if (r == 0)
		r = close_segment(x, err);
	alloc_free(v.damaged);
	fiche_view_free(v.view);
	fiche_reader_close(v.reader);
	x->reader = NULL;
	return r;
}

static int reindex(struct reindex *x, struct fiche_error *err)
{
	struct fiche_writer *w = x->writer;
	int r = writer_begin(w, err);

	if (r == 0)
		r = index_all(x, false, err);
	/* A damaged index is what one comes here with.  Nothing was written, as
	 * the first segment would be the first thing. */
	if (r == FICHE_ERR_CORRUPT && x->count == 0 && x->why.code == 0) {
		indexing_free(x->open);
		x->open = NULL;
		r = index_all(x, true, err);
	}
	if (r == 0)
		r = io_check_path(w->archive.file, w->path, err);
	if (r == 0)
		r = writer_seal_index(w, 0, x->segment, x->count, err);
	return r;
}

int reindex_io(struct io *io, const char *path,
               const struct fiche_reindex_options *opt,
               struct fiche_reindex_stats *out, struct fiche_error *err)
{
	static const struct fiche_reindex_options standard;
	struct fiche_writer_options wopt = { .mode = FICHE_APPEND };
	struct reindex x = { .opt = opt ? opt : &standard };
	int r;

	wopt.index = x.opt->basic ? FICHE_INDEX_BASIC : FICHE_INDEX_WORDS;
	wopt.threads = x.opt->threads;
	wopt.has_time = x.opt->has_time;
	wopt.time = x.opt->time;
	r = writer_open_io(&x.writer, io, path, &wopt, err);
	if (r < 0)
		return r;
	if (x.writer->archive.has_commit)
		r = reindex(&x, err);
	if (r == 0 && out) {
		*out = (struct fiche_reindex_stats){
			.records = x.writer->records,
			.generation = x.writer->archive.last.commit.generation,
		};
		for (size_t i = 0; i < x.count; i++)
			out->index_bytes += x.segment[i].size;
	}
	indexing_free(x.open);
	alloc_free(x.segment);
	fiche_writer_close(x.writer);
	return r;
}

int fiche_reindex(const char *path, const struct fiche_reindex_options *opt,
                  struct fiche_reindex_stats *out, struct fiche_error *err)
{
	return reindex_io(io_posix(), path, opt, out, err);
}
