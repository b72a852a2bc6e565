/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - every byte of the file is covered by some check; make them all
 * (spec 4.8).  This file follows the chain: what commits say of one another, of
 * the sections that they name, and what stands behind the last one.
 */

#include "archive/verify.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"

/* All commits, oldest first, as far back as the chain holds. */
static int read_chain(struct verify *v, struct found_commit **out,
                      size_t *count, struct fiche_error *err)
{
	struct found_commit *list = NULL, f;
	struct fiche_error why = { 0 };
	size_t n = 0, cap = 0;
	int r = 0;

	if (v->archive->has_commit) {
		r = archive_read_commit(
			v->archive, v->archive->last.section.offset, &f, err);
		if (r < 0)
			return r;
		while (r == 0) {
			if (alloc_grow(&list, &cap, n + 1, sizeof(*list)) < 0) {
				found_commit_done(&f);
				r = err_nomem(err);
				break;
			}
			list[n++] = f;
			r = archive_previous(v->archive, &list[n - 1], &f,
			                     &why);
			if (r < 0)
				r = verify_note(v, r, &why, err) < 0
				            ? r
				            : FICHE_END;
		}
	}
	for (size_t i = 0; i < n / 2; i++) {
		f = list[i];
		list[i] = list[n - 1 - i];
		list[n - 1 - i] = f;
	}
	*out = list;
	*count = n;
	return r < 0 ? r : 0;
}

/* A section that a commit names is there, and is what the commit says. */
static int check_row(struct verify *v, const struct found_commit *c,
                     enum section_type type, uint64_t offset, uint64_t size,
                     const uint8_t sha256[32], struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	struct section s;
	int r;

	r = archive_read_header(v->archive, offset, c->section.offset, &s,
	                        &why);
	if (r == 0 && (s.type != type || section_size(&s) != size ||
	               memcmp(s.sha256, sha256, 32) != 0))
		r = err_set(&why, FICHE_ERR_CORRUPT, c->section.offset,
		            "commit %llu names a section that is not what it "
		            "says",
		            (unsigned long long)c->commit.generation);
	return verify_note(v, r, &why, err);
}

/* Its content is compared once, where the last commit names it. */
static int check_dict_parity(struct verify *v, const struct found_commit *c,
                             const struct commit_dict *d,
                             struct fiche_error *err)
{
	size_t len = dict_parity_len((size_t)d->size - SECTION_HEADER_SIZE);
	struct fiche_error why = { 0 };
	struct section s;
	int r = archive_read_header(v->archive, d->parity_offset,
	                            c->section.offset, &s, &why);

	if (r == 0 && (s.type != SECTION_DICT || s.payload_len != len))
		r = err_set(&why, FICHE_ERR_CORRUPT, c->section.offset,
		            "commit %llu names as parity of dictionary %u what "
		            "is none",
		            (unsigned long long)c->commit.generation,
		            (unsigned)d->id);
	return verify_note(v, r, &why, err);
}

static int check_rows(struct verify *v, const struct found_commit *c,
                      struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->commit.segment_count; i++) {
		const struct commit_segment *s = &c->commit.segments[i];

		r = check_row(v, c, SECTION_INDEX, s->offset, s->size,
		              s->sha256, err);
	}
	for (size_t i = 0; r == 0 && i < c->commit.dict_count; i++) {
		const struct commit_dict *d = &c->commit.dicts[i];

		r = check_row(v, c, SECTION_DICT, d->offset, d->size, d->sha256,
		              err);
		if (r == 0)
			r = check_dict_parity(v, c, d, err);
	}
	return r;
}

/* The first commit names the superblock it stands on. */
static void check_first(struct verify *v, const struct found_commit *first)
{
	struct fiche_error why = { 0 };

	if (first->commit.generation != 1 || !v->archive->has_superblock ||
	    memcmp(first->commit.prev_sha256,
	           v->archive->superblock_section.sha256, 32) == 0)
		return;
	(void)err_set(&why, FICHE_ERR_CORRUPT, first->section.offset,
	              "the first commit was made on another superblock");
	verify_finding(v, &why, 0, 0);
}

static int check_superblock(struct verify *v, struct fiche_error *err)
{
	uint8_t raw[SUPERBLOCK_SIZE];
	struct fiche_error why = { 0 };
	struct superblock sb;
	struct section s;
	int r;

	r = io_read(v->archive->file, 0, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	v->report.sections++;
	r = superblock_decode(&sb, &s, raw, &why);
	if (r == FICHE_ERR_FOREIGN)
		(void)err_set(&why, FICHE_ERR_CORRUPT, 0,
		              "the first bytes of the archive are damaged");
	return verify_note(v, r, &why, err);
}

static int check_dictionaries(struct verify *v, struct fiche_error *err)
{
	const struct commit *c = &v->archive->last.commit;
	struct fiche_error why = { 0 };
	struct buf raw = { 0 }, parity = { 0 }, want = { 0 };
	int mended, r = 0;

	for (size_t i = 0;
	     r == 0 && v->archive->has_commit && i < c->dict_count; i++) {
		const struct commit_dict *d = &c->dicts[i];
		struct section s;
		size_t len =
			dict_parity_len((size_t)d->size - SECTION_HEADER_SIZE);

		r = archive_read_dict(v->archive, d, &raw, &mended, &why);
		r = verify_note(v, r, &why, err);
		buf_clear(&parity);
		if (r == 0) {
			r = archive_read_section(v->archive, d->parity_offset,
			                         SECTION_HEADER_SIZE + len,
			                         SECTION_DICT, &s, &parity,
			                         &why);
			/* What it should be, to the byte. */
			buf_clear(&want);
			dict_parity_encode(&want, d->id, d->class, raw.ptr,
			                   raw.len);
			if (r == 0 && !buf_ok(&want))
				r = err_nomem(&why);
			if (r == 0 &&
			    memcmp(want.ptr, parity.ptr + SECTION_HEADER_SIZE,
			           len) != 0)
				r = err_set(&why, FICHE_ERR_CORRUPT,
				            d->parity_offset,
				            "the parity of dictionary %u does "
				            "not fit it",
				            (unsigned)d->id);
			r = verify_note(v, r, &why, err);
		}
	}
	buf_done(&want);
	buf_done(&raw);
	buf_done(&parity);
	return r;
}

static void note_protection(struct verify *v, uint64_t protected_end)
{
	const struct archive *a = v->archive;

	v->report.parity =
		a->has_commit && (a->last.commit.flags & COMMIT_PROTECTED);
	if (v->report.parity && protected_end != FICHE_NOWHERE)
		v->report.unprotected_bytes = a->end - protected_end;
}

/* What keeps a commit behind the last good one from being good?  Those before
 * it reach up to `from`. */
static int check_lost(struct verify *v, struct verify_walk *w, uint64_t offset,
                      uint64_t from, bool *gap, struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	struct found_commit c;
	int r = archive_read_commit(v->archive, offset, &c, &why);

	*gap |= r < 0 || c.commit.batch_start != from;
	if (*gap)
		verify_walk_lost(w);
	if (r < 0)
		return verify_note(v, r, &why, err);
	if (c.commit.batch_start >= from)
		r = verify_generation(v, w, &c, err);
	found_commit_done(&c);
	return r;
}

/*
 * Footers tell of such commits.  Each is looked for behind the one before, so
 * that a file costs no more than one that is whole.
 */
static int check_all_lost(struct verify *v, struct verify_walk *w,
                          struct fiche_error *err)
{
	struct archive *a = v->archive;
	uint64_t from = a->end;
	uint8_t raw[FOOTER_SIZE];
	bool gap = false;
	int r = 0;

	for (uint64_t end = from + COMMIT_ALIGN; r == 0 && end <= a->size;
	     end += COMMIT_ALIGN) {
		struct footer f;

		r = io_read(a->file, end - FOOTER_SIZE, raw, sizeof(raw), err);
		if (r < 0 || footer_decode(&f, raw, end, NULL) < 0 ||
		    f.commit_offset < from)
			continue;
		r = check_lost(v, w, f.commit_offset, from, &gap, err);
		from = end;
	}
	if (r == 0 && a->unbelieved >= from)
		r = check_lost(v, w, a->unbelieved, from, &gap, err);
	return r;
}

static int check_structure(struct verify *v, struct fiche_error *err)
{
	struct verify_walk w;
	uint64_t protected_end = 0;
	int r = verify_walk_init(&w, err);

	if (r == 0)
		r = check_superblock(v, err);
	if (r == 0)
		r = read_chain(v, &v->chain, &v->chain_count, err);
	v->report.generations = v->chain_count;
	for (size_t i = 0; r == 0 && i < v->chain_count; i++) {
		const struct found_commit *c = &v->chain[i];

		if (i == 0) {
			check_first(v, c);
			w.lost_count = c->commit.generation != 1;
			if (w.lost_count) {
				protected_end = FICHE_NOWHERE;
				verify_walk_lost(&w);
			}
		}
		r = verify_generation(v, &w, c, err);
		if (r == 0)
			r = check_rows(v, c, err);
		if (r == 0)
			r = verify_parity(v, c, i > 0 ? c - 1 : NULL,
			                  &protected_end, err);
	}
	note_protection(v, protected_end);
	if (r == 0 && v->archive->commit_lost)
		r = check_all_lost(v, &w, err);
	if (r == 0)
		r = check_dictionaries(v, err);
	if (r == 0)
		r = verify_withdrawn(v, err);
	verify_walk_done(&w);
	return r;
}

static void check_tail(struct verify *v)
{
	struct archive *a = v->archive;
	struct fiche_error why = { 0 };

	v->report.tail_size = a->size > a->end ? a->size - a->end : 0;
	if (a->size > a->end && a->commit_lost) {
		(void)err_set(
			&why, FICHE_ERR_CORRUPT, a->end,
			"a later commit is damaged or was never complete");
		verify_finding(v, &why, 0, 0);
	}
}

static int run(struct verify *v, struct fiche_error *err)
{
	int r;

	v->total = v->archive->end * (v->opt->quick ? 1 : 2);
	r = check_structure(v, err);
	if (r == 0 && v->archive->size > v->archive->end)
		r = verify_shifts(v, err);
	if (r == 0 && v->reader->recovered &&
	    (v->archive->commit_lost || !v->archive->has_superblock)) {
		struct fiche_error why = { 0 };

		(void)err_set(&why, FICHE_ERR_CORRUPT, 0,
		              "no whole commit is left; %llu articles can be "
		              "recovered",
		              (unsigned long long)v->reader->lost.records);
		verify_finding(v, &why, 0, 0);
	} else if (r == 0) {
		check_tail(v);
	}
	if (r == 0 && !v->opt->quick && !v->reader->recovered)
		r = verify_content(v, err);
	return r;
}

int verify_file(struct io *io, const char *path, struct io_file *file,
                const struct fiche_verify_options *opt,
                struct fiche_verify_report *out, struct fiche_error *err)
{
	static const struct fiche_verify_options standard;
	const struct fiche_open_options all = { .withdrawn = true };
	struct verify v = { .path = path,
		            .io = io,
		            .opt = opt ? opt : &standard };
	int r;

	memset(out, 0, sizeof(*out));
	r = reader_open_file(&v.reader, file, &all, err);
	if (r < 0)
		return r;
	v.archive = &v.reader->archive;
	v.report.file_size = v.archive->size;
	v.view = fiche_view_new(v.reader);
	v.pool = pool_new(v.opt->threads);
	r = v.view && v.pool ? run(&v, err) : err_nomem(err);
	for (size_t i = 0; i < v.chain_count; i++)
		found_commit_done(&v.chain[i]);
	alloc_free(v.chain);
	alloc_free(v.damaged);
	pool_free(v.pool);
	fiche_view_free(v.view);
	fiche_reader_close(v.reader);
	*out = v.report;
	if (r < 0)
		return r;
	/* Damage first: it will not go away with another program. */
	if (v.report.findings &&
	    v.report.findings == v.unsupported + v.over_limit)
		return v.unsupported
		               ? err_set(err, FICHE_ERR_UNSUPPORTED,
		                         FICHE_NOWHERE,
		                         "parts of the archive need a newer "
		                         "program")
		               : err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		                         "parts of the archive are larger than "
		                         "this program accepts");
	if (v.report.findings)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the archive is damaged");
	if (v.report.tail_size)
		return err_set(err, FICHE_ERR_TRUNCATED, FICHE_NOWHERE,
		               "bytes of an interrupted append or of a cut "
		               "file follow the last commit");
	return 0;
}

int verify_io(struct io *io, const char *path,
              const struct fiche_verify_options *opt,
              struct fiche_verify_report *out, struct fiche_error *err)
{
	struct io_file *file;
	int r;

	memset(out, 0, sizeof(*out));
	r = io_open(io, path, IO_READ, &file, err);
	return r < 0 ? r : verify_file(io, path, file, opt, out, err);
}

int fiche_verify(const char *path, const struct fiche_verify_options *opt,
                 struct fiche_verify_report *out, struct fiche_error *err)
{
	return verify_io(io_posix(), path, opt, out, err);
}
