/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_schedule.c - the input is a schedule: adds, commits, new indexes, power
 * cuts, failing calls, full disks and lost memory, in any order.
 *
 * Whatever happens, the bytes of the last acknowledged commit stay as they
 * were and a reader shows it, or the one commit that was on its way.  In the
 * end, when nothing fails any more, an append works and everything verifies.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/reader.h"
#include "archive/verify.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "format/commit.h"
#include "fuzz/fuzz.h"
#include "support/archive_case.h"

#define INPUT_MAX  ((size_t)256)
#define SECTOR     ((size_t)512)
#define FILE_MAX   ((size_t)1 << 21)
#define FAULTS_MAX 64 /* calls from now until one fails */

struct world {
	const uint8_t *next, *end; /* of the schedule */
	struct io_memory *m;
	struct fiche_writer *w;
	struct case_plan plan;
	size_t adds;       /* so that each has records of its own */
	uint64_t acked;    /* generation; 0 also when there is no file */
	struct buf bytes;  /* of the file up to that commit */
	bool torn;         /* a commit is believed without its footer */
	uint64_t scramble; /* what garbage looks like */
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static unsigned take(struct world *x)
{
	return x->next < x->end ? *x->next++ : 0;
}

static void no_more_faults(struct world *x)
{
	io_memory_fail(x->m, 0, -1, 0, false);
	io_memory_set_quota(x->m, UINT64_MAX);
	alloc_fail_after(-1, false);
}

static void close_writer(struct world *x)
{
	fiche_writer_close(x->w);
	x->w = NULL;
}

/* ---- What has to hold ---- */

static void remember(struct world *x, uint64_t generation, uint64_t end)
{
	const uint8_t *bytes;
	size_t len;

	alloc_fail_after(-1, false);
	require(io_memory_get(x->m, CASE_PATH, &bytes, &len) && end <= len);
	require(end >= x->bytes.len);
	require(x->bytes.len == 0 ||
	        memcmp(bytes, x->bytes.ptr, x->bytes.len) == 0);
	buf_clear(&x->bytes);
	buf_put(&x->bytes, bytes, (size_t)end);
	require(buf_ok(&x->bytes));
	x->acked = generation;
}

/* The last acknowledged commit is there, or one more, which is then counted if
 * the medium has it for certain. */
static void observe(struct world *x, bool certain)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	uint64_t seen = 0, end;

	if (!case_exists(x->m)) {
		require(x->acked == 0);
		return;
	}
	require(case_open(&r, x->m, false, &err) == 0);
	if (r->archive.has_commit)
		seen = r->archive.last.commit.generation;
	end = r->archive.end;
	require(seen == x->acked || seen == x->acked + 1);
	x->torn = x->torn || r->archive.footer_damaged;
	fiche_reader_close(r);
	if (certain)
		remember(x, seen, end);
}

/* All verifies; but behind the last commit may stand what a power cut left, a
 * footer without its commit even, until the next append declares it void. */
static void verify(struct world *x, bool appended)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r;

	if (!case_exists(x->m))
		return;
	r = case_verify(x->m, false, &report, &err);
	require(r == 0 || (r == FICHE_ERR_CORRUPT && x->torn) ||
	        (!appended &&
	         (r == FICHE_ERR_TRUNCATED ||
	          (r == FICHE_ERR_CORRUPT &&
	           (x->acked == 0 || err.offset >= x->bytes.len)))));
}

/* ---- What can happen ---- */

static void open_writer(struct world *x)
{
	if (!x->w &&
	    case_writer(&x->w, x->m,
	                case_exists(x->m) ? FICHE_APPEND : FICHE_CREATE,
	                &x->plan, NULL) < 0)
		x->w = NULL;
}

static void add(struct world *x)
{
	x->plan.lines = 1 + take(x) % 4;
	open_writer(x);
	if (x->w && case_add(x->w, &x->plan, 1 + x->adds++ * 4, NULL) < 0)
		close_writer(x);
}

static void commit(struct world *x)
{
	struct fiche_writer_stats stats;

	open_writer(x);
	if (!x->w)
		return;
	if (fiche_writer_commit(x->w, NULL) < 0) {
		close_writer(x);
		return;
	}
	fiche_writer_stats(x->w, &stats);
	if (stats.generation > x->acked) {
		const uint8_t *bytes;
		size_t len;

		require(stats.generation <= x->acked + 2);
		require(io_memory_get(x->m, CASE_PATH, &bytes, &len));
		remember(x, stats.generation, len);
	}
}

static void fail_call(struct world *x)
{
	static const int errors[] = { EIO, ENOSPC, EINTR, EDQUOT };
	unsigned kinds = 1u << take(x) % 5, how = take(x);

	io_memory_fail(x->m, kinds, how % FAULTS_MAX, errors[take(x) % 4],
	               how & 128 && errors[how % 4] != EINTR);
}

static void fill_disk(struct world *x)
{
	const uint8_t *bytes;
	size_t len = 0;

	(void)io_memory_get(x->m, CASE_PATH, &bytes, &len);
	io_memory_set_quota(x->m, len + SECTOR * take(x));
}

/* One sector of a write that was not synced: new, lost, or garbage. */
static void settle(struct world *x, struct buf *image,
                   const struct io_logged *e, size_t from, size_t len,
                   unsigned fate)
{
	if (image->len < e->at + from + len)
		buf_zeros(image, (size_t)e->at + from + len - image->len);
	require(buf_ok(image));
	if (fate == 1)
		return;
	memcpy(image->ptr + e->at + from, e->bytes + from, len);
	if (fate == 2)
		for (size_t i = 0; i < len; i++)
			image->ptr[e->at + from + i] ^=
				(uint8_t)(x->scramble =
			                          x->scramble * 69069 + 1);
}

static void cut_power(struct world *x)
{
	const uint8_t *durable;
	struct buf image = { 0 };
	size_t count = io_memory_log_count(x->m), first = 0, len;
	unsigned odds = take(x);

	close_writer(x);
	no_more_faults(x);
	if (!io_memory_get_durable(x->m, CASE_PATH, &durable, &len)) {
		require(x->acked == 0);
		return;
	}
	buf_put(&image, durable, len);
	for (size_t i = 0; i < count; i++)
		if (io_memory_log_at(x->m, i).is_sync)
			first = i + 1;
	for (size_t i = first; i < count; i++) {
		struct io_logged e = io_memory_log_at(x->m, i);

		if (e.is_name || strcmp(e.path, CASE_PATH) != 0)
			continue;
		/* Nothing is ever written where it was acknowledged. */
		require(e.at >= x->bytes.len);
		for (size_t at = 0; at < e.len; at += SECTOR)
			settle(x, &image, &e, at,
			       e.len - at < SECTOR ? e.len - at : SECTOR,
			       odds & 3 ? take(x) % 3 : 0);
	}
	require(buf_ok(&image));
	require(case_put(x->m, image.ptr, image.len) == 0);
	buf_done(&image);
	io_memory_log_clear(x->m);
	observe(x, true);
	verify(x, false);
}

static void step(struct world *x)
{
	switch (take(x) % 10) {
	case 0:
	case 1:
		add(x);
		break;
	case 2:
	case 3:
		commit(x);
		break;
	case 4:
		close_writer(x);
		break;
	case 5:
		fail_call(x);
		break;
	case 6:
		fill_disk(x);
		break;
	case 7:
		alloc_fail_after(take(x) * 4L, take(x) & 1);
		break;
	case 8:
		io_memory_set_chunk(x->m, take(x) % 8 * 511);
		break;
	default:
		cut_power(x);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct case_plan plan = { .seed = 11, .text_len = 60 };
	struct world x = { .plan = plan, .m = io_memory_new() };
	const uint8_t *bytes;
	size_t len = 0;

	if (size > INPUT_MAX)
		size = INPUT_MAX;
	x.next = data;
	x.end = data + size;
	require(x.m != NULL);
	x.plan.plain = take(&x) & 1;
	while (x.next < x.end && len < FILE_MAX) {
		step(&x);
		(void)io_memory_get(x.m, CASE_PATH, &bytes, &len);
	}
	close_writer(&x);
	no_more_faults(&x);
	observe(&x, false);
	verify(&x, false);
	/* And on it goes, with records that are surely new. */
	open_writer(&x);
	require(x.w != NULL);
	x.plan.lines = 8;
	require(case_add(x.w, &x.plan, SIZE_MAX / 16, NULL) == 0);
	require(fiche_writer_commit(x.w, NULL) == 0);
	close_writer(&x);
	require(case_exists(x.m));
	verify(&x, true);
	io_memory_free(x.m);
	buf_done(&x.bytes);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	/* Commits; cuts with a commit on its way; failures of each kind. */
	static const char *const seeds[] = {
		"\0\0\1\2\0\2\2\4\0\3\3\4\1\1\2",
		"\1\0\3\2\0\1\0\1\2\11\3\0\1\2\0\0\1\11\1\0\0\2\2\1\0\1",
		"\0\0\1\2\5\1\2\0\0\3\2\4\5\2\1\1\2\0\1\2\11\0",
		"\0\6\4\0\3\2\6\1\0\3\2\4\11\1\1\1\2\2",
		"\0\7\20\0\0\3\2\7\77\1\0\3\2\0\3\2\11\2\1\2\0\1",
		"\0\10\1\0\1\2\10\2\0\3\2\11\3\0\1\2\0\1\2\0\2\2\1",
	};
	static const size_t lengths[] = { 15, 26, 22, 18, 23, 23 };

	if (i >= sizeof(seeds) / sizeof(seeds[0]))
		return false;
	buf_put(out, seeds[i], lengths[i]);
	return true;
}
