/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mend.c - the pages of an archive mended, then its sections repaired
 * (spec 4.11, 4.13).
 *
 * The first copy is overlaid with what parity and the other copies know better.
 * Repair by sections then takes that for the first copy, and needs to know
 * nothing of parity.
 */

#include "parity/mend.h"

#include <string.h>

#include "archive/repair.h"
#include "archive/verify.h"
#include "base/alloc.h"
#include "base/err.h"
#include "parity/find.h"
#include "parity/overlay.h"
#include "parity/remake.h"
#include "parity/zone.h"

struct mend {
	struct io *io;
	const char *out;
	const struct fiche_mend_options *opt;
	struct fiche_mend_report *report;
	struct io_file *files[REPAIR_FILES_MAX];
	size_t count;
	struct overlay over;
	struct zones zones;
	bool *whole; /* of each zone: all of its data is there */
};

/* ---- Where parity is ---- */

/* The archive's UUID, as the first good SUPERBLOCK header has it. */
static bool find_uuid(const struct mend *m, uint8_t uuid[UUID_SIZE])
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;

	for (size_t i = 0; i < m->count; i++)
		if (io_read(m->files[i], 0, raw, sizeof(raw), NULL) == 0 &&
		    section_decode(&s, raw, 0, NULL, NULL) == 0) {
			memcpy(uuid, s.uuid, UUID_SIZE);
			return true;
		}
	return false;
}

static int find_zones(struct mend *m, struct fiche_error *err)
{
	uint8_t uuid[UUID_SIZE];
	bool known = find_uuid(m, uuid);
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->count; i++) {
		r = zones_scan(&m->zones, m->files[i], known ? uuid : NULL,
		               err);
		/* The first parity says whose archive it is. */
		if (!known && m->zones.count > 0) {
			memcpy(uuid, m->zones.head[0].uuid, UUID_SIZE);
			known = true;
		}
	}
	zones_settle(&m->zones, uuid);
	for (size_t i = 0; r == 0 && i < m->count; i++)
		r = zones_drop_voids(&m->zones, m->files[i], err);
	m->report->zones = m->zones.count;
	m->whole = alloc_zeroed(m->zones.count, sizeof(*m->whole));
	return r == 0 && !m->whole ? err_nomem(err) : r;
}

/* ---- Pages ---- */

static void progress(const struct mend *m, uint64_t done, uint64_t total)
{
	if (m->opt->on_progress)
		m->opt->on_progress(m->opt->ctx, done, total);
}

static int mend_zones(struct mend *m, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < m->zones.count; i++) {
		const struct parity_head *head = &m->zones.head[i];
		struct zone_result result = { 0 };

		progress(m, head->start, m->over.size);
		r = zone_mend(head, &m->over, m->files + 1, m->count - 1,
		              &result, err);
		m->whole[i] = result.lost == 0;
		m->report->pages_lost += result.lost;
	}
	return r;
}

/* From the first generation on, as each COMMIT follows from the one before. */
static int remake(struct mend *m, struct fiche_error *err)
{
	size_t from = 0, to;
	int r = 0;

	for (; r == 0 && from < m->zones.count; from = to) {
		const struct parity_head *head = &m->zones.head[from];
		bool whole = m->whole[from];

		for (to = from + 1; to < m->zones.count; to++) {
			if (m->zones.head[to].batch_start != head->batch_start)
				break;
			whole &= m->whole[to];
		}
		if (whole)
			r = remake_generation(&m->over, head, to - from, m->io,
			                      m->out, err);
	}
	return r;
}

/* Each run of pages that is another now than in the first copy. */
static void tell_pages(struct mend *m)
{
	uint64_t at = 0, size;

	while (overlay_next(&m->over, &at, &size)) {
		m->report->pages_mended += size / PARITY_PAGE;
		m->report->sections.mended++;
		if (m->opt->on_damage)
			m->opt->on_damage(m->opt->ctx, at, size, "pages", 1);
		at += size;
	}
}

/* ---- Sections ---- */

static int repair_sections(struct mend *m, struct fiche_error *err)
{
	struct fiche_repair_options opt = { .on_damage = m->opt->on_damage,
		                            .on_progress = m->opt->on_progress,
		                            .ctx = m->opt->ctx };
	struct io_file *files[REPAIR_FILES_MAX + 1];
	struct fiche_repair_report report;
	uint64_t mended = m->report->sections.mended;
	int r;

	/* A table that lies may have made the first copy worse. */
	files[0] = &m->over.file;
	memcpy(files + 1, m->files, m->count * sizeof(*files));
	r = repair_files(m->io, files, m->count + 1, m->out, &opt, &report,
	                 err);
	m->report->sections = report;
	m->report->sections.mended += mended;
	return r;
}

static int verify(struct mend *m, struct fiche_error *err)
{
	struct fiche_verify_options opt = { .threads = m->opt->threads,
		                            .on_finding = m->opt->on_finding,
		                            .on_progress = m->opt->on_progress,
		                            .ctx = m->opt->ctx };

	return verify_io(m->io, m->out, &opt, &m->report->verified, err);
}

static int run(struct mend *m, struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	int r = overlay_init(&m->over, m->files[0], m->io, m->out, err), v;

	if (r == 0)
		r = find_zones(m, err);
	if (r == 0)
		r = mend_zones(m, err);
	if (r == 0)
		r = remake(m, err);
	if (r < 0)
		return r;
	tell_pages(m);
	r = repair_sections(m, err);
	if (r < 0 && r != FICHE_ERR_CORRUPT)
		return r;
	v = verify(m, &why);
	if (v < 0)
		return err_copy(err, &why);
	return r;
}

int mend_io(struct io *io, const char *const *paths, size_t count,
            const char *out, const struct fiche_mend_options *opt,
            struct fiche_mend_report *report, struct fiche_error *err)
{
	static const struct fiche_mend_options standard;
	struct fiche_mend_report unused;
	struct mend *m = alloc_zeroed(1, sizeof(*m));
	struct fiche_repair_options told = { 0 };
	int r;

	if (!m)
		return err_nomem(err);
	m->io = io;
	m->out = out;
	m->opt = opt ? opt : &standard;
	m->report = report ? report : &unused;
	memset(m->report, 0, sizeof(*m->report));
	told.on_shift = m->opt->on_shift;
	told.ctx = m->opt->ctx;
	r = io_check_free(io, out, err);
	if (r == 0)
		r = repair_open(io, paths, count, &told, m->files, &m->count,
		                &m->report->sections, err);
	if (r == 0) {
		r = run(m, err);
		if (r == FICHE_ERR_IO)
			m->report->sections.failed = out;
	}
	overlay_done(&m->over);
	zones_done(&m->zones);
	alloc_free(m->whole);
	repair_close(m->files);
	alloc_free(m);
	return r;
}

int fiche_mend(const char *const *paths, size_t count, const char *out,
               const struct fiche_mend_options *opt,
               struct fiche_mend_report *report, struct fiche_error *err)
{
	return mend_io(io_posix(), paths, count, out, opt, report, err);
}
