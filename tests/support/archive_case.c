/* SPDX-License-Identifier: Apache-2.0 */
/* archive_case.c - see archive_case.h. */

#include "support/archive_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "archive/reader.h"
#include "archive/verify.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "support/articles.h"

static const uint8_t case_uuid[16] = { 0xca, 0x5e, 1, 2, 3, 4,  0x45, 5,
	                               0x86, 6,    7, 8, 9, 10, 11,   12 };

void case_keep_memory(void)
{
#if defined(__GLIBC__)
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 28);
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

int case_writer(struct fiche_writer **out, struct io_memory *m,
                enum fiche_open_mode mode, const struct case_plan *plan,
                struct fiche_error *err)
{
	struct fiche_writer_options opt = {
		.mode = mode,
		.level = plan->level ? plan->level : 1,
		.plain = plan->plain,
		.threads = 1,
		.give_up_commit = true,
		.uuid = case_uuid,
		.has_time = true,
		.time = 1600000000,
	};

	return writer_open_io(out, io_memory_io(m), CASE_PATH, &opt, err);
}

int case_add(struct fiche_writer *w, const struct case_plan *plan, size_t n,
             struct fiche_error *err)
{
	struct buf line = { 0 }, card = { 0 };
	struct fiche_text text;
	bool with_text;
	int r = 0;

	for (size_t i = 0; r == 0 && i < plan->lines; i++) {
		buf_clear(&line);
		articles_line(&line, plan->seed, n * plan->lines + i,
		              plan->text_len);
		r = buf_ok(&line) ? fiche_writer_add_json(w, line.ptr, line.len,
		                                          NULL, err)
		                  : err_nomem(err);
	}
	for (size_t i = 0; r == 0 && i < plan->files; i++) {
		buf_clear(&line);
		buf_clear(&card);
		articles_file(&card, &line, plan->seed, n * plan->files + i,
		              plan->text_len);
		/* Every other file has its first half as the text beside it. */
		with_text = i % 2 == 1;
		text.ptr = (const char *)line.ptr;
		text.len = line.len / 2;
		while (text.len > 0 && !utf8_is_valid(text.ptr, text.len))
			text.len--;
		r = buf_ok(&line) && buf_ok(&card)
		            ? fiche_writer_add_file(w, (const char *)card.ptr,
		                                    card.len, line.ptr,
		                                    line.len, with_text ? &text : NULL,
		                                    NULL, err)
		            : err_nomem(err);
	}
	buf_done(&line);
	buf_done(&card);
	return r;
}

bool case_exists(struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	return io_memory_get(m, CASE_PATH, &bytes, &len);
}

int case_append(struct io_memory *m, const struct case_plan *plan,
                struct fiche_error *err)
{
	struct fiche_writer_stats stats;
	struct fiche_writer *w;
	int r = case_writer(&w, m, case_exists(m) ? FICHE_APPEND : FICHE_CREATE,
	                    plan, err);

	if (r == 0) {
		fiche_writer_stats(w, &stats);
		r = case_add(w, plan, (size_t)stats.generation, err);
	}
	if (r == 0)
		r = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	return r;
}

int case_put(struct io_memory *m, const void *bytes, size_t len)
{
	return io_memory_put(m, CASE_PATH, bytes, len);
}

int case_open(struct fiche_reader **out, struct io_memory *m, bool recover,
              struct fiche_error *err)
{
	struct fiche_open_options opt = { .recover = recover };
	struct io_file *file;
	int r;

	*out = NULL;
	r = io_open(io_memory_io(m), CASE_PATH, IO_READ, &file, err);
	return r < 0 ? r : reader_open_file(out, file, &opt, err);
}

static void keep_first(void *ctx, const struct fiche_finding *f)
{
	struct fiche_error *first = ctx;

	if (first->code == 0)
		(void)err_set(first, f->code, f->offset, "%s", f->text);
}

int case_verify(struct io_memory *m, bool quick,
                struct fiche_verify_report *report, struct fiche_error *err)
{
	struct fiche_error first = { 0 };
	struct fiche_verify_options opt = { .quick = quick,
		                            .threads = 1,
		                            .on_finding = keep_first,
		                            .ctx = &first };
	int r = verify_io(io_memory_io(m), CASE_PATH, &opt, report, err);

	if (r == FICHE_ERR_CORRUPT && first.code < 0) {
		(void)err_copy(err, &first);
		if (err)
			err->code = r;
	}
	return r;
}

static int read_fields(struct fiche_reader *r, struct fiche_view *v,
                       struct fiche_error *err)
{
	struct fiche_results *found;
	struct fiche_selection all;
	struct fiche_article a;
	struct fiche_text json;
	struct fiche_survey survey;
	int status;

	status = fiche_reader_survey(r, &survey, err);
	if (status < 0)
		return status;
	fiche_selection_init(&all);
	all.sort = FICHE_SORT_NEWEST;
	status = fiche_select(&found, r, &all, err);
	if (status < 0)
		return status;
	for (uint64_t i = 0; i < fiche_results_count(found); i++) {
		uint64_t number = fiche_results_number(found, i);

		status = fiche_view_card(v, number, &a, err);
		if (status == 0)
			status = fiche_view_article(v, number, &a, err);
		if (status == 0)
			status = fiche_view_json(v, &a, true, &json, err);
		if (status < 0)
			break;
	}
	fiche_results_free(found);
	return status;
}

int case_read(struct case_reading *out, struct fiche_reader *r,
              const struct case_digest *digests, uint64_t count, bool fields,
              struct fiche_error *err)
{
	struct fiche_view *v = fiche_view_new(r);
	struct case_digest have;
	int status = v ? 0 : err_nomem(err);

	memset(out, 0, sizeof(*out));
	if (r->archive.has_commit && !r->recovered)
		out->generation = r->archive.last.commit.generation;
	out->numbers = r->record_end;
	for (uint64_t i = 0; status == 0 && i < r->record_end; i++) {
		struct fiche_text record;
		int s = fiche_view_record(v, i, &record, err);

		if (s < 0) {
			out->failed++;
			out->failure = s;
			continue;
		}
		if (sha256_of(have.sha256, record.ptr, record.len) < 0)
			status = err_nomem(err);
		else if (i < count && memcmp(have.sha256, digests[i].sha256,
		                             sizeof(have.sha256)) == 0)
			out->exact++;
		else
			out->wrong++;
	}
	if (status == 0 && fields)
		status = read_fields(r, v, err);
	fiche_view_free(v);
	return status;
}

/* ---- a whole case ---- */

static int by_digest(const void *x, const void *y)
{
	return memcmp(x, y, sizeof(struct case_digest));
}

/* Digests of everything that went in, sorted, each once. */
static int inputs(const struct case_plan *p, struct case_digest **out,
                  size_t *count)
{
	size_t total = p->commits * (p->lines + p->files), n = 0, kept = 0;
	struct case_digest *d = alloc_zeroed(total, sizeof(*d));
	struct buf line = { 0 }, card = { 0 };
	int r = d ? 0 : FICHE_ERR_NOMEM;

	for (size_t i = 0; r == 0 && i < total; i++) {
		buf_clear(&line);
		if (i < p->commits * p->lines)
			articles_line(&line, p->seed, i, p->text_len);
		else
			articles_file(&card, &line, p->seed,
			              i - p->commits * p->lines, p->text_len);
		r = buf_ok(&line) ? sha256_of(d[n++].sha256, line.ptr, line.len)
		                  : FICHE_ERR_NOMEM;
	}
	buf_done(&line);
	buf_done(&card);
	if (n > 1)
		qsort(d, n, sizeof(*d), by_digest);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || by_digest(&d[kept - 1], &d[i]) != 0)
			d[kept++] = d[i];
	*out = d;
	*count = kept;
	return r;
}

/* Read the finished archive into c->digests, and compare with what went in. */
static int learn(struct archive_case *c, struct fiche_error *err)
{
	struct fiche_reader *r = NULL;
	struct fiche_view *v = NULL;
	struct case_digest *in = NULL, *sorted = NULL;
	size_t n = 0;
	int status = case_open(&r, c->memory, false, err);

	if (status == 0 && !(v = fiche_view_new(r)))
		status = err_nomem(err);
	if (status == 0) {
		c->record_count = r->record_end;
		c->digests = alloc_zeroed((size_t)r->record_end,
		                          sizeof(*c->digests));
		sorted = alloc_zeroed((size_t)r->record_end, sizeof(*sorted));
		if (!c->digests || !sorted)
			status = err_nomem(err);
	}
	for (uint64_t i = 0; status == 0 && i < c->record_count; i++) {
		struct fiche_text t;

		status = fiche_view_record(v, i, &t, err);
		if (status == 0)
			status = sha256_of(c->digests[i].sha256, t.ptr, t.len);
	}
	if (status == 0)
		status = inputs(&c->plan, &in, &n);
	if (status == 0 && c->record_count > 0) {
		memcpy(sorted, c->digests,
		       (size_t)c->record_count * sizeof(*sorted));
		qsort(sorted, (size_t)c->record_count, sizeof(*sorted),
		      by_digest);
	}
	if (status == 0 &&
	    (n != c->record_count || memcmp(sorted, in, n * sizeof(*in)) != 0))
		status = err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		                 "the archive does not hold what went in");
	alloc_free(in);
	alloc_free(sorted);
	fiche_view_free(v);
	fiche_reader_close(r);
	return status;
}

/* An append that went no further than this many bytes. */
static int interrupt(struct archive_case *c, uint64_t end,
                     struct fiche_error *err)
{
	struct buf cut = { 0 };
	const uint8_t *bytes;
	size_t len;
	int r = case_append(c->memory, &c->plan, err);

	if (r == 0 && io_memory_get(c->memory, CASE_PATH, &bytes, &len))
		buf_put(&cut, bytes, (size_t)end + c->plan.void_len);
	if (r == 0)
		r = buf_ok(&cut) ? case_put(c->memory, cut.ptr, cut.len)
		                 : err_nomem(err);
	buf_done(&cut);
	return r;
}

int archive_case_make(struct archive_case *c, const struct case_plan *plan,
                      struct fiche_error *err)
{
	const uint8_t *bytes;
	size_t len;
	int r = 0;

	memset(c, 0, sizeof(*c));
	c->plan = *plan;
	c->memory = io_memory_new();
	if (!c->memory)
		return err_nomem(err);
	c->end[0] = SUPERBLOCK_SIZE;
	for (size_t i = 0; r == 0 && i < plan->commits; i++) {
		struct fiche_reader *reader = NULL;

		if (plan->void_len && i + 1 == plan->commits)
			r = interrupt(c, c->end[i], err);
		if (r == 0)
			r = case_append(c->memory, plan, err);
		if (r == 0)
			r = case_open(&reader, c->memory, false, err);
		if (r < 0)
			break;
		c->end[i + 1] = reader->archive.size;
		c->records[i + 1] = reader->record_end;
		fiche_reader_close(reader);
	}
	if (r == 0)
		r = learn(c, err);
	if (r == 0 && io_memory_get(c->memory, CASE_PATH, &bytes, &len)) {
		buf_put(&c->bytes, bytes, len);
		if (!buf_ok(&c->bytes))
			r = err_nomem(err);
	}
	return r;
}

void archive_case_done(struct archive_case *c)
{
	io_memory_free(c->memory);
	buf_done(&c->bytes);
	alloc_free(c->digests);
	memset(c, 0, sizeof(*c));
}

int archive_case_enter(void **state, struct archive_case *c,
                       const struct case_plan *plan)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	if (archive_case_make(c, plan, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	*state = c;
	return 0;
}

int archive_case_leave(void **state)
{
	archive_case_done(*state);
	return 0;
}
