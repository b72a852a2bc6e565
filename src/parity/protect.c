/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protect.c - one more generation, of parity (spec 4.12).
 *
 * A section is made in a scratch file, since its hash stands in front of it,
 * and then appended like any other; so an interruption costs nothing.
 */

#include "parity/protect.h"

#include <string.h>

#include "archive/protection.h"
#include "archive/verify.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "base/err.h"
#include "parity/encode.h"

#define CHUNK ((size_t)1 << 20)

struct protect {
	struct fiche_writer *w;
	const struct fiche_protect_options *opt;
	struct fiche_protect_report *report;
	struct parity_head head;
	uint64_t done, total; /* bytes protected */
};

static int copy_section(struct protect *p, struct io_file *scratch,
                        struct fiche_error *err)
{
	struct emitter *e = &p->w->emit;
	uint64_t size = parity_section_size(&p->head.geometry);
	uint8_t *chunk = alloc_bytes(CHUNK);
	int r = chunk ? io_reserve(e->file, e->at, size, err) : err_nomem(err);

	for (uint64_t at = 0; r == 0 && at < size;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		r = io_read(scratch, at, chunk, n, err);
		if (r == 0)
			r = emit_bytes(e, chunk, n, err);
		at += n;
	}
	alloc_free(chunk);
	e->sequence++;
	p->report->parity_bytes += size;
	return r;
}

static int protect_zone(struct protect *p, uint64_t start, uint32_t pages,
                        struct fiche_error *err)
{
	struct fiche_writer *w = p->w;
	struct io_file *scratch;
	int r = io_open(w->io, w->path, IO_SCRATCH, &scratch, err);

	if (r < 0)
		return r;
	p->head.offset = w->emit.at;
	p->head.sequence = w->emit.sequence;
	p->head.start = start;
	parity_choose(&p->head.geometry, p->report->profile, pages);
	r = parity_encode(&p->head, w->archive.file, scratch, true, err);
	if (r == 0)
		r = copy_section(p, scratch, err);
	io_close(scratch);
	p->done += (uint64_t)pages * PARITY_PAGE;
	if (p->opt->on_progress)
		p->opt->on_progress(p->opt->ctx, p->done, p->total);
	return r;
}

/* Zones of the same length, as few as there can be. */
static int protect_range(struct protect *p, uint64_t start,
                         struct fiche_error *err)
{
	uint64_t pages = p->total / PARITY_PAGE, each;
	int r = 0;

	p->head.zones =
		(uint32_t)((pages + PARITY_ZONE_MAX - 1) / PARITY_ZONE_MAX);
	each = (pages + p->head.zones - 1) / p->head.zones;
	for (; r == 0 && pages > 0; p->head.zone++) {
		uint64_t n = pages < each ? pages : each;

		r = protect_zone(p, start, (uint32_t)n, err);
		start += n * PARITY_PAGE;
		pages -= n;
	}
	p->report->zones = p->head.zones;
	return r;
}

static int commit(struct protect *p, struct fiche_error *err)
{
	struct fiche_writer *w = p->w;
	struct commit c;
	int r = io_check_path(w->archive.file, w->path, err);

	if (r == 0)
		r = protection_commit(&c, &w->archive.last, w->void_len,
		                      w->emit.at, p->head.time, err);
	return r == 0 ? writer_seal_commit(w, &c, err) : r;
}

/* Parity of damage would keep it for ever. */
static int check_sound(struct fiche_writer *w, struct fiche_error *err)
{
	struct fiche_verify_options opt = { .quick = true, .threads = 1 };
	struct fiche_verify_report report;
	int r = verify_io(w->io, w->path, &opt, &report, err);

	/* What an interrupted append left is protected with the rest. */
	if (r == FICHE_ERR_TRUNCATED)
		return 0;
	if (r == FICHE_ERR_CORRUPT)
		return err_set(err, r, FICHE_NOWHERE,
		               "the archive is damaged; parity would keep the "
		               "damage");
	return r;
}

static int protect(struct protect *p, const struct protection *before,
                   struct fiche_error *err)
{
	struct fiche_writer *w = p->w;
	int r = check_sound(w, err);

	/* As it is on the medium, where the system can be told so. */
	if (r == 0)
		(void)io_drop_cache(w->archive.file, NULL);
	if (r == 0)
		r = writer_begin(w, err);
	if (r == 0)
		r = writer_clock(w, &p->head.time, err);
	if (r < 0)
		return r;
	memcpy(p->head.uuid, w->archive.uuid, UUID_SIZE);
	p->head.profile = (uint8_t)p->report->profile;
	p->head.batch_start = w->emit.batch_start;
	p->total = w->emit.at - before->end;
	r = protect_range(p, before->end, err);
	if (r == 0)
		r = commit(p, err);
	if (r == 0)
		p->report->protected_bytes = p->total;
	return r;
}

static int run(struct protect *p, struct fiche_error *err)
{
	struct archive *a = &p->w->archive;
	struct protection before;
	int r = protection_find(a, &before, err);

	if (r < 0)
		return r;
	p->report->profile = p->opt->profile  ? p->opt->profile
	                     : before.profile ? before.profile
	                                      : FICHE_PARITY_STD;
	if (a->has_commit && before.end < a->end)
		r = protect(p, &before, err);
	p->report->generation = a->has_commit ? a->last.commit.generation : 0;
	p->report->file_size = a->size;
	return r;
}

int protect_io(struct io *io, const char *path,
               const struct fiche_protect_options *opt,
               struct fiche_protect_report *report, struct fiche_error *err)
{
	static const struct fiche_protect_options standard;
	struct fiche_writer_options wopt = { .mode = FICHE_APPEND,
		                             .threads = 1 };
	struct fiche_protect_report unused;
	struct protect p = { .opt = opt ? opt : &standard,
		             .report = report ? report : &unused };
	int r;

	memset(p.report, 0, sizeof(*p.report));
	if (p.opt->profile > FICHE_PARITY_ARCH)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "there is no such profile of parity");
	wopt.has_time = p.opt->has_time;
	wopt.time = p.opt->time;
	r = writer_open_io(&p.w, io, path, &wopt, err);
	if (r == 0)
		r = run(&p, err);
	fiche_writer_close(p.w);
	return r;
}

int fiche_protect(const char *path, const struct fiche_protect_options *opt,
                  struct fiche_protect_report *report, struct fiche_error *err)
{
	return protect_io(io_posix(), path, opt, report, err);
}
