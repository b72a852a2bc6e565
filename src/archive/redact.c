/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact.c - a new archive without the bytes of some records (spec 4.14).
 *
 * The copying is rebuild.c's.  Here is what comes before and after: are there
 * copies of what is to go, and is the new file what it has to be?  It has no
 * name until all of that is answered.
 */

#include "archive/redact.h"

#include <stdlib.h>
#include <string.h>

#include "archive/rebuild.h"
#include "archive/redact_copies.h"
#include "archive/statement.h"
#include "archive/verify.h"
#include "base/alloc.h"
#include "base/err.h"

struct redact {
	struct io *io;
	const char *path, *out;
	const struct fiche_redact_options *opt;
	struct fiche_reader *from;
	struct fiche_view *view;
	struct fiche_info info; /* of `from` */
	uint64_t *numbers;      /* ascending, each once */
	struct rebuild_redaction what;
	struct fiche_writer *to;
	struct fiche_error lost; /* why a record could not be read */
	struct fiche_redact_report report;
};

/* ---- before ---- */

static int check_options(struct redact *x, struct fiche_error *err)
{
	int64_t now = x->opt->time;
	int r = x->opt->has_time ? 0 : io_now(x->io, &now, err);

	return r < 0 ? r
	             : statement_make(&x->what.said, now, x->opt->reason,
	                              x->opt->authority, err);
}

static int open_reader(struct redact *x, struct fiche_reader **out,
                       struct fiche_error *err)
{
	/* What is withdrawn can be redacted, too. */
	const struct fiche_open_options all = { .withdrawn = true };
	struct io_file *file;
	int r = io_open(x->io, x->path, IO_READ, &file, err);

	return r < 0 ? r : reader_open_file(out, file, &all, err);
}

static int open_source(struct redact *x, struct fiche_error *err)
{
	int r = open_reader(x, &x->from, err);

	if (r < 0)
		return r;
	fiche_reader_info(x->from, &x->info);
	if (x->info.recovered || x->info.superblock_damaged ||
	    x->info.commit_damaged || x->info.commit_lost)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the archive is damaged, and is to be mended "
		               "before something is taken out of it");
	x->view = fiche_view_new(x->from);
	return x->view ? 0 : err_nomem(err);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int check_number(struct redact *x, uint64_t number,
                        struct fiche_error *err)
{
	struct fiche_article a;
	uint32_t i;
	struct block *b;
	int r = view_block(x->view, number, false, &b, &i, err);

	if (r < 0 || b->records[i].kind != KIND_REDACTED)
		return r;
	r = fiche_view_card(x->view, number, &a, err);
	return r < 0 ? r
	             : err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
	                       "record %llu is redacted already",
	                       (unsigned long long)number);
}

static int take_numbers(struct redact *x, const uint64_t *numbers, size_t count,
                        struct fiche_error *err)
{
	size_t n = 0;
	int r = 0;

	if (count == 0)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "there is nothing to redact");
	x->numbers = alloc_zeroed(count, sizeof(*x->numbers));
	if (!x->numbers)
		return err_nomem(err);
	memcpy(x->numbers, numbers, count * sizeof(*numbers));
	qsort(x->numbers, count, sizeof(*x->numbers), by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || x->numbers[i] != x->numbers[n - 1])
			x->numbers[n++] = x->numbers[i];
	for (size_t i = 0; r == 0 && i < n; i++)
		r = check_number(x, x->numbers[i], err);
	x->what.numbers = x->numbers;
	x->what.count = n;
	return r;
}

static void on_copy(void *ctx, uint64_t number, uint64_t of)
{
	struct redact *x = ctx;

	x->report.copies++;
	if (x->opt->on_copy)
		x->opt->on_copy(x->opt->ctx, number, of);
}

static int find_copies(struct redact *x, struct fiche_error *err)
{
	int r = redact_copies(x->from, x->numbers, x->what.count, on_copy, x,
	                      err);

	if (r == 0 && x->report.copies > 0 && !x->opt->keep_copies)
		r = err_set(err, FICHE_ERR_STATE, FICHE_NOWHERE,
		            "other records (%llu) have the same body",
		            (unsigned long long)x->report.copies);
	return r;
}

/* ---- the copy ---- */

static int open_writer(struct redact *x, struct fiche_error *err)
{
	const struct fiche_writer_options opt = {
		.level = x->opt->level,
		.threads = x->opt->threads,
		.plain = x->info.plain,
		.index = x->info.words ? FICHE_INDEX_WORDS : FICHE_INDEX_BASIC,
		.uuid = x->info.uuid,
		.has_created = true,
		.created = x->info.created,
		.has_time = true,
		.time = x->what.said.time,
	};

	return writer_open_unnamed(&x->to, x->io, x->out, &opt, err);
}

/* Copying is half of the work, verifying the other. */
static void on_copied(void *ctx, uint64_t done, uint64_t total)
{
	struct redact *x = ctx;

	if (x->opt->on_progress)
		x->opt->on_progress(x->opt->ctx, done, 2 * total);
}

static void on_verified(void *ctx, uint64_t done, uint64_t total)
{
	struct redact *x = ctx;

	if (x->opt->on_progress)
		x->opt->on_progress(x->opt->ctx, total + done, 2 * total);
}

static void on_loss(void *ctx, uint64_t number, uint64_t count,
                    const struct fiche_error *why)
{
	struct redact *x = ctx;

	(void)number;
	(void)count;
	if (x->lost.code == 0)
		x->lost = *why;
}

/* A failure that is not the old archive's. */
static int write_step(struct redact *x, int status)
{
	x->report.failed_writing = status < 0;
	return status;
}

static int copy(struct redact *x, struct fiche_error *err)
{
	const struct fiche_copy_options opt = { .on_loss = on_loss,
		                                .on_progress = on_copied,
		                                .ctx = x };
	struct fiche_copy_stats stats = { 0 };
	struct fiche_writer_stats written;
	int r = rebuild_redact(x->to, x->from, &x->what, &opt, &stats, err);

	if (r == 0 && stats.lost > 0)
		return err_copy(err, &x->lost);
	r = write_step(x, r < 0 ? r : fiche_writer_commit(x->to, err));
	fiche_writer_stats(x->to, &written);
	x->report.blocks_copied = stats.blocks_copied;
	x->report.blocks_made = stats.blocks_made;
	x->report.size = written.file_size;
	return r;
}

/* ---- after ---- */

static int broken(struct fiche_error *err, uint64_t number, const char *what)
{
	return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
	               "record %llu of the new archive %s; it was not kept",
	               (unsigned long long)number, what);
}

/* What it holds was written a moment ago: let it come from the medium. */
static int verify(struct redact *x, struct fiche_error *err)
{
	const struct fiche_verify_options opt = { .threads = x->opt->threads,
		                                  .on_progress = on_verified,
		                                  .ctx = x };
	struct io_file *file = NULL;
	struct fiche_verify_report report;
	int r;

	(void)io_drop_cache(x->to->archive.file, NULL);
	r = io_borrow(x->to->archive.file, &file, err);
	if (r == 0)
		r = verify_file(x->io, x->out, file, &opt, &report, err);
	if (r == 0 && report.records != x->info.records)
		r = broken(err, report.records, "is missing");
	if (r < 0)
		return r;
	x->report.records = report.records;
	x->report.before = report.redacted - x->report.redacted;
	return 0;
}

static int read_kind(struct fiche_view *v, const struct reader_segment *s,
                     uint64_t number, uint8_t digest[32], uint64_t *kind,
                     struct fiche_error *err)
{
	uint64_t idx = number - s->where.first_record;
	union view_in in;
	int r = segment_digest(&s->segment, view_in_init(&in, v, s), idx,
	                       digest, err);

	if (r == 0)
		r = segment_column(&s->segment, view_in_init(&in, v, s),
		                   COLUMN_FLAGS, idx, kind, err);
	*kind &= FLAG_KIND;
	return r;
}

/* Each record has its number and its digest, and is there if it is to be. */
static int compare_record(struct redact *x, struct fiche_view *new,
                          const struct reader_segment *old_segment,
                          const struct reader_segment *new_segment,
                          uint64_t number, bool gone, struct fiche_error *err)
{
	uint8_t digest[2][32];
	uint64_t kind[2] = { 0 };
	int r = read_kind(x->view, old_segment, number, digest[0], &kind[0],
	                  err);

	if (r == 0)
		r = read_kind(new, new_segment, number, digest[1], &kind[1],
		              err);
	if (r < 0)
		return r;
	if (memcmp(digest[0], digest[1], 32) != 0)
		return broken(err, number, "is another one than before");
	if (kind[1] != (gone ? KIND_REDACTED : kind[0]))
		return broken(err, number,
		              gone ? "is still there" : "is of another kind");
	return 0;
}

static int compare_all(struct redact *x, struct fiche_reader *new,
                       struct fiche_view *v, struct fiche_error *err)
{
	size_t next = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < x->from->segment_count; i++) {
		const struct reader_segment *s, *t = NULL;
		uint64_t first;

		r = reader_segment(x->from, x->view, i, false, &s, err);
		first = x->from->segments[i].where.first_record;
		for (uint64_t n = first;
		     r == 0 && n < first + s->where.record_count; n++) {
			bool gone = next < x->what.count &&
			            x->what.numbers[next] == n;
			size_t k = reader_find_segment(new, n);

			next += gone;
			if (k == new->segment_count)
				return broken(err, n, "is missing");
			r = reader_segment(new, v, k, false, &t, err);
			if (r == 0)
				r = compare_record(x, v, s, t, n, gone, err);
		}
	}
	return r;
}

static int compare(struct redact *x, struct fiche_error *err)
{
	struct fiche_reader *new = NULL;
	struct fiche_view *v = NULL;
	struct io_file *file = NULL;
	struct fiche_info info;
	int r = io_borrow(x->to->archive.file, &file, err);

	if (r == 0)
		r = reader_open_file(&new, file, NULL, err);
	if (r == 0 && !(v = fiche_view_new(new)))
		r = err_nomem(err);
	if (r == 0)
		r = compare_all(x, new, v, err);
	if (r == 0) {
		fiche_reader_info(new, &info);
		if (memcmp(info.tree_head, x->info.tree_head, 32) != 0)
			r = err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
			            "the tree head of the new archive is not "
			            "the one it was; it was not kept");
	}
	fiche_view_free(v);
	fiche_reader_close(new);
	return r;
}

/* What was added since would be missing, and the old file is to be destroyed.
 */
static int check_same(struct redact *x, struct fiche_error *err)
{
	struct fiche_reader *now = NULL;
	struct fiche_info info;
	int r = open_reader(x, &now, err);

	if (r < 0)
		return r;
	fiche_reader_info(now, &info);
	fiche_reader_close(now);
	if (info.end != x->info.end || info.generation != x->info.generation ||
	    memcmp(info.tree_head, x->info.tree_head, 32) != 0)
		return err_set(err, FICHE_ERR_BUSY, FICHE_NOWHERE,
		               "something was added to the archive meanwhile");
	return 0;
}

static int run(struct redact *x, const uint64_t *numbers, size_t count,
               struct fiche_error *err)
{
	int r = check_options(x, err);

	if (r == 0)
		r = open_source(x, err);
	if (r == 0)
		r = io_check_free(x->io, x->out, err);
	if (r == 0)
		r = take_numbers(x, numbers, count, err);
	if (r == 0)
		r = find_copies(x, err);
	if (r == 0)
		r = write_step(x, open_writer(x, err));
	if (r == 0)
		r = copy(x, err);
	x->report.redacted = x->what.count;
	if (r == 0)
		r = write_step(x, verify(x, err));
	if (r == 0)
		r = compare(x, err);
	if (r == 0)
		r = check_same(x, err);
	return r < 0 ? r : write_step(x, writer_publish(x->to, err));
}

int redact_io(struct io *io, const char *path, const char *out,
              const uint64_t *numbers, size_t count,
              const struct fiche_redact_options *opt,
              struct fiche_redact_report *report, struct fiche_error *err)
{
	static const struct fiche_redact_options standard;
	struct redact x = {
		.io = io, .path = path, .out = out, .opt = opt ? opt : &standard
	};
	int r = run(&x, numbers, count, err);

	if (x.from && x.from->archive.has_commit)
		x.report.was_protected =
			x.from->archive.last.commit.flags & COMMIT_PROTECTED;
	x.report.size_before = x.info.file_size;
	fiche_writer_close(x.to);
	fiche_view_free(x.view);
	fiche_reader_close(x.from);
	alloc_free(x.numbers);
	if (report)
		*report = x.report;
	return r;
}

int fiche_redact(const char *path, const char *out, const uint64_t *numbers,
                 size_t count, const struct fiche_redact_options *opt,
                 struct fiche_redact_report *report, struct fiche_error *err)
{
	return redact_io(io_posix(), path, out, numbers, count, opt, report,
	                 err);
}
