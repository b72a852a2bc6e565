/* SPDX-License-Identifier: Apache-2.0 */
/* damage.c - see damage.h. */

#include "support/damage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/verify.h"
#include "format/commit.h"
#include "format/section.h"

const struct case_plan damage_small = { .seed = 3,
	                                .commits = 4,
	                                .lines = 40,
	                                .files = 1,
	                                .text_len = 200,
	                                .void_len = 1500 };
const struct case_plan damage_large = { .seed = 4,
	                                .commits = 2,
	                                .lines = 30,
	                                .text_len = 90000,
	                                .void_len = 5000 };

static void add_part(struct damage_map *m, uint64_t start, uint64_t end,
                     unsigned type)
{
	assert_true(m->count < DAMAGE_PARTS_MAX);
	m->part[m->count++] = (struct damage_part){ start, end, type };
}

void damage_map(struct damage_map *out, const struct archive_case *c)
{
	uint64_t hole = c->plan.void_len ? c->end[c->plan.commits - 1] : 0;
	uint64_t at = 0;
	struct section s;

	out->count = 0;
	while (at < c->bytes.len) {
		/* What is in a void may look like sections. */
		if (at == hole && at > 0) {
			at += (c->plan.void_len + COMMIT_ALIGN - 1) /
			      COMMIT_ALIGN * COMMIT_ALIGN;
			add_part(out, hole, at, 0);
		}
		assert_int_equal(
			section_decode(&s, c->bytes.ptr + at, at, NULL, NULL),
			0);
		add_part(out, at, at + section_size(&s), s.type);
		at += section_size(&s);
		if (s.type == SECTION_COMMIT) {
			add_part(out, at, at + FOOTER_SIZE, 0);
			at += FOOTER_SIZE;
		}
	}
}

size_t damage_count(const struct damage_map *m, unsigned type)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		n += m->part[i].type == type;
	return n;
}

/* Where findings may lie. */
struct place {
	uint64_t start, end;
	bool found;
};

static void compare(void *ctx, const struct fiche_finding *f)
{
	struct place *p = ctx;

	p->found |= f->offset != FICHE_NOWHERE && f->offset >= p->start &&
	            f->offset < p->end;
}

enum damage_seen damage_verify(const struct damage_map *m,
                               struct io_memory *memory, bool quick,
                               uint64_t start, uint64_t end)
{
	struct place place = { UINT64_MAX, 0, false };
	struct fiche_verify_options opt = { .quick = quick,
		                            .threads = 1,
		                            .on_finding = compare,
		                            .ctx = &place };
	struct fiche_verify_report report;
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	int r;

	for (size_t i = 0; i < m->count; i++)
		if (m->part[i].start < end && m->part[i].end > start) {
			if (m->part[i].start < place.start)
				place.start = m->part[i].start;
			if (m->part[i].end > place.end)
				place.end = m->part[i].end;
		}
	place.start -= place.start < DAMAGE_NEAR ? place.start : DAMAGE_NEAR;
	place.end += DAMAGE_NEAR;
	r = verify_io(io_memory_io(memory), CASE_PATH, &opt, &report, &err);
	if (r == 0)
		return DAMAGE_MISSED;
	/* What keeps an archive from being opened at all, and a tail, are told
	 * without a finding. */
	if (report.findings == 0)
		place.found =
			err.offset >= place.start && err.offset < place.end;
	if (r == FICHE_ERR_TRUNCATED && report.findings == 0)
		place.found = report.file_size - report.tail_size < place.end;
	return place.found ? DAMAGE_LOCATED : DAMAGE_NOTICED;
}

bool damage_is_long(void)
{
	const char *sweep = getenv("SWEEP");

	return sweep && strcmp(sweep, "long") == 0;
}
