/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair.c - a walk through all copies at once; see fiche/repair.h.
 *
 * At each place where a section should begin, the copies are asked in turn for
 * a good header and then for a payload that has its hash (repair_copies.c), and
 * what they have is written (repair_put.c).  Only within the void of an
 * interrupted append a header says nothing, unless its payload is there too.
 */

#include "archive/repair.h"

#include <string.h>

#include "archive/realign.h"
#include "archive/repair_parts.h"
#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"

/* Bytes hashed to put payloads together of two copies, in all, besides 16 times
 * the longest copy. */
#define MIX_WORK_ALL ((uint64_t)16 << 30)

/* ---- Voids ---- */

static bool some_copy_has(struct repair *x, const struct section *s, size_t *i)
{
	for (*i = 0; *i < x->count; (*i)++)
		if (repair_payload_is_good(x, &x->copies[*i], s))
			return true;
	return false;
}

/* The void at x->at that the COMMIT at `at` declares; false if that is no
 * good one. */
static bool read_void(struct repair *x, uint64_t at)
{
	uint64_t start = x->at;
	uint8_t raw[SECTION_HEADER_SIZE], said[16];
	struct section s;
	bool found, first;
	size_t i;

	x->at = at;
	found = repair_find_header(x, &s, raw, &first);
	x->at = start;
	if (!found || s.type != SECTION_COMMIT || !some_copy_has(x, &s, &i))
		return false;
	/* Batch start and void length (spec 3.6). */
	if (repair_read_copy(&x->copies[i], at + SECTION_HEADER_SIZE + 32, said,
	                     sizeof(said)) &&
	    get_u64(said) == start && get_u64(said + 8) <= at - start)
		x->void_end = start + get_u64(said + 8);
	return true;
}

/* A batch begins at x->at: with a void, as the next good commit says? */
static void find_void(struct repair *x)
{
	uint64_t end = x->at - x->at % COMMIT_ALIGN + COMMIT_ALIGN;
	uint8_t raw[FOOTER_SIZE];
	struct footer f;

	for (; end <= x->end; end += COMMIT_ALIGN)
		if (repair_find_footer(x, end, raw) &&
		    footer_decode(&f, raw, end, NULL) == 0 &&
		    f.commit_offset >= x->at && read_void(x, f.commit_offset))
			return;
}

/* A header in a void may tell of bytes that were never written. */
static bool counts(struct repair *x, const struct section *s)
{
	size_t i;

	return x->at >= x->void_end ||
	       (section_size(s) <= x->void_end - x->at &&
	        some_copy_has(x, s, &i));
}

/* ---- All of it ---- */

/* Where the last commit ends, as far as a copy tells: by its header, or by a
 * footer whose commit is lost. */
static void find_end(struct repair *x)
{
	uint8_t raw[SECTION_HEADER_SIZE], footer[FOOTER_SIZE];
	uint64_t at = 0, committed = SUPERBLOCK_SIZE;
	struct section s;
	bool first;

	while (at < x->end) {
		x->at = at;
		if (repair_find_header(x, &s, raw, &first)) {
			at += section_size(&s);
			if (s.type == SECTION_COMMIT) {
				at += FOOTER_SIZE;
				committed = at;
			}
			continue;
		}
		at = repair_next_section(x, at + 1);
	}
	for (at = committed + 4096; at <= x->end; at += 4096)
		if (repair_find_footer(x, at, footer))
			committed = at;
	x->report->left_out = x->end > committed ? x->end - committed : 0;
	if (committed < x->end)
		x->end = committed;
	x->at = 0;
}

static int walk_section(struct repair *x, const struct section *s,
                        const uint8_t raw[SECTION_HEADER_SIZE], bool first,
                        struct fiche_error *err)
{
	bool whole = false;
	int r = repair_put_section(x, s, raw, first, &whole, err);

	x->at += section_size(s);
	if (r == 0 && s->type == SECTION_COMMIT)
		r = whole ? repair_put_footer(x, s, err)
		          : repair_put_old_footer(x, err);
	if (s->type == SECTION_COMMIT || s->type == SECTION_SUPERBLOCK)
		find_void(x);
	return r;
}

static int walk(struct repair *x, struct fiche_error *err)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	bool first;
	struct section s;
	int r = 0;

	while (r == 0 && x->at < x->end) {
		if (x->opt && x->opt->on_progress)
			x->opt->on_progress(x->opt->ctx, x->at, x->end);
		if (repair_find_header(x, &s, raw, &first) && counts(x, &s))
			r = walk_section(x, &s, raw, first, err);
		else
			r = repair_put_gap(x, err);
	}
	x->report->bytes = x->at;
	return r;
}

static int run(struct repair *x, struct io *io, const char *out,
               struct fiche_error *err)
{
	int r;

	x->hash = sha256_new();
	x->chunk = alloc_bytes(REPAIR_CHUNK);
	r = x->hash && x->chunk ? repair_find_identity(x, err) : err_nomem(err);
	if (r == 0)
		r = io_open(io, out, IO_CREATE, &x->out, err);
	if (r == 0) {
		x->work = 16 * x->end + MIX_WORK_ALL;
		find_end(x);
		r = walk(x, err);
	}
	if (r == 0)
		r = io_sync(x->out, err);
	if (r == 0)
		r = io_publish(x->out, out, err);
	if (r == 0 && x->report->lost > 0)
		r = err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		            "some parts are damaged in all copies");
	return r;
}

int repair_files(struct io *io, struct io_file *const *files, size_t count,
                 const char *out, const struct fiche_repair_options *opt,
                 struct fiche_repair_report *report, struct fiche_error *err)
{
	struct fiche_repair_report unused;
	struct repair *x = alloc_zeroed(1, sizeof(*x));
	int r = 0;

	if (!x)
		return err_nomem(err);
	x->opt = opt;
	x->report = report ? report : &unused;
	memset(x->report, 0, sizeof(*x->report));
	for (; r == 0 && x->count < count; x->count++) {
		struct repair_copy *c = &x->copies[x->count];

		c->file = files[x->count];
		r = io_size(c->file, &c->size, err);
		if (c->size > x->end)
			x->end = c->size;
	}
	if (r == 0)
		r = run(x, io, out, err);
	/* What cannot be read in a copy is damaged there. */
	if (r == FICHE_ERR_IO)
		x->report->failed = out;
	io_close(x->out);
	sha256_free(x->hash);
	alloc_free(x->chunk);
	alloc_free(x);
	return r;
}

int repair_open(struct io *io, const char *const *paths, size_t count,
                const struct fiche_repair_options *opt,
                struct io_file *out[REPAIR_FILES_MAX], size_t *files,
                struct fiche_repair_report *report, struct fiche_error *err)
{
	int r = 0;

	memset(out, 0, REPAIR_FILES_MAX * sizeof(*out));
	*files = 0;
	report->mended = 0;
	if (count == 0 || count > REPAIR_COPIES_MAX)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "from 1 to 64 copies can be read");
	for (size_t i = 0; r == 0 && i < count; i++) {
		report->failed = paths[i];
		r = io_open(io, paths[i], IO_READ, &out[i], err);
	}
	if (r < 0)
		return r;
	report->failed = NULL;
	*files = count;
	return realign_copies(out, files, opt, &report->mended, err);
}

void repair_close(struct io_file *files[REPAIR_FILES_MAX])
{
	/* The second view of a copy before the first. */
	for (size_t i = REPAIR_FILES_MAX; i-- > 0;)
		io_close(files[i]);
}

int repair_io(struct io *io, const char *const *paths, size_t count,
              const char *out, const struct fiche_repair_options *opt,
              struct fiche_repair_report *told, struct fiche_error *err)
{
	struct fiche_repair_report report = { 0 };
	struct io_file *files[REPAIR_FILES_MAX] = { NULL };
	uint64_t shifts;
	int r = io_check_free(io, out, err);

	if (r == 0)
		r = repair_open(io, paths, count, opt, files, &count, &report,
		                err);
	shifts = report.mended;
	if (r == 0)
		r = repair_files(io, files, count, out, opt, &report, err);
	report.mended += shifts;
	if (told)
		*told = report;
	repair_close(files);
	return r;
}

int fiche_repair(const char *const *paths, size_t count, const char *out,
                 const struct fiche_repair_options *opt,
                 struct fiche_repair_report *report, struct fiche_error *err)
{
	return repair_io(io_posix(), paths, count, out, opt, report, err);
}
