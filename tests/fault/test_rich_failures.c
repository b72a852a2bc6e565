/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rich_failures.c - an archive with all that an archive can have:
 * dictionaries, several commits and segments, what is withdrawn, parity.
 * Whatever is done with it, memory, reading, libzstd and libcrypto fail at
 * every moment, once and for ever.
 *
 * Each call says so, or gives the answer that it always gives; what was
 * committed stays as it is.
 *
 * Much is done for each failure, so of the later ones only some are tried:
 * SWEEP=long tries all.  The linker puts what is below between libfiche and the
 * two libraries, which allocate by themselves.
 */

#define OPENSSL_SUPPRESS_DEPRECATED
#define ZSTD_STATIC_LINKING_ONLY

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "archive/reader.h"
#include "archive/redact.h"
#include "archive/repair.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "fiche/rebuild.h"
#include "fiche/search.h"
#include "parity/protect.h"
#include "support/archive_case.h"
#include "support/damage.h"

/* ---- libraries that fail ---- */

static struct {
	long countdown; /* below 0: all is well */
	bool for_ever;
	unsigned long fired;
} library = { .countdown = -1 };

static bool library_fails(void)
{
	if (library.countdown < 0 || library.countdown-- > 0)
		return false;
	if (library.for_ever)
		library.countdown = 0;
	library.fired++;
	return true;
}

#define WRAP(type, failure, name, parameters, arguments)                       \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return library_fails() ? failure : __real_##name arguments;    \
	}

#define NO_MEMORY ((size_t)-ZSTD_error_memory_allocation)

WRAP(int, 0, SHA256_Final, (unsigned char *out, SHA256_CTX *c), (out, c))
WRAP(ZSTD_CCtx *, NULL, ZSTD_createCCtx, (void), ())
WRAP(ZSTD_CCtx_params *, NULL, ZSTD_createCCtxParams, (void), ())
WRAP(ZSTD_DCtx *, NULL, ZSTD_createDCtx, (void), ())
WRAP(ZSTD_DDict *, NULL, ZSTD_createDDict_byReference,
     (const void *dict, size_t len), (dict, len))
WRAP(ZSTD_CDict *, NULL, ZSTD_createCDict_advanced2,
     (const void *dict, size_t len, ZSTD_dictLoadMethod_e method,
      ZSTD_dictContentType_e type, const ZSTD_CCtx_params *params,
      ZSTD_customMem memory),
     (dict, len, method, type, params, memory))
WRAP(size_t, NO_MEMORY, ZSTD_CCtx_refCDict,
     (ZSTD_CCtx * ctx, const ZSTD_CDict *dict), (ctx, dict))
WRAP(size_t, NO_MEMORY, ZSTD_compress2,
     (ZSTD_CCtx * ctx, void *out, size_t room, const void *from, size_t len),
     (ctx, out, room, from, len))

/* ---- the ground ---- */

static const struct case_plan plan = {
	.seed = 9, .commits = 1, .lines = 30, .text_len = 90000
};
/* What is appended to it. */
static const struct case_plan more = { .seed = 77,
	                               .lines = 3,
	                               .text_len = 900 };

#define HEADLESS "headless.fiche"
#define COPY     "copy.fiche"
#define OUT      "out.fiche"

static struct archive_case ground;
static struct buf rich, headless;
static char id[65];

static int protect(struct io_memory *m, struct fiche_error *err)
{
	const struct fiche_protect_options opt = { .profile = FICHE_PARITY_LITE,
		                                   .has_time = true,
		                                   .time = 1700000000 };

	return protect_io(io_memory_io(m), CASE_PATH, &opt, NULL, err);
}

static int withdraw(struct io_memory *m, struct fiche_error *err)
{
	static const uint64_t numbers[] = { 3, 5 };
	struct fiche_writer *w;
	int r = case_writer(&w, m, FICHE_APPEND, &plan, err);

	if (r == 0)
		r = fiche_writer_withdraw(w, numbers, 2, "asked for", "nobody",
		                          NULL, err);
	if (r == 0)
		r = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	return r;
}

/* A few small records, in the form that the first ones have led to. */
static int append_more(struct io_memory *m, size_t n, struct fiche_error *err)
{
	struct fiche_writer *w;
	int r = case_writer(&w, m, FICHE_APPEND, &more, err);

	if (r == 0)
		r = case_add(w, &more, n, err);
	if (r == 0)
		r = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	return r;
}

static int take_bytes(struct buf *out, struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	if (!io_memory_get(m, CASE_PATH, &bytes, &len))
		return FICHE_ERR_IO;
	buf_put(out, bytes, len);
	return buf_ok(out) ? 0 : FICHE_ERR_NOMEM;
}

static int make(struct fiche_error *err)
{
	struct fiche_reader *reader = NULL;
	struct fiche_info info;
	int r = archive_case_make(&ground, &plan, err);

	if (r == 0)
		r = append_more(ground.memory, 0, err);
	if (r == 0)
		r = withdraw(ground.memory, err);
	if (r == 0)
		r = protect(ground.memory, err);
	if (r == 0)
		r = take_bytes(&rich, ground.memory);
	if (r == 0)
		r = case_open(&reader, ground.memory, false, err);
	if (r < 0)
		return r;
	fiche_reader_info(reader, &info);
	fiche_reader_close(reader);
	assert_true(info.dictionary_bytes > 0);
	/* One without superblock, and without the end of its last commit. */
	buf_put(&headless, rich.ptr, rich.len - 4096);
	if (!buf_ok(&headless))
		return FICHE_ERR_NOMEM;
	memset(headless.ptr + 8, 0, 100);
	for (unsigned i = 0; i < 32; i++)
		(void)snprintf(id + 2 * i, 3, "%02x",
		               ground.digests[1].sha256[i]);
	return 0;
}

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	(void)state;
	case_keep_memory();
	if (make(&err) == 0)
		return 0;
	print_error("%s\n", err.text);
	return -1;
}

static int leave(void **state)
{
	(void)state;
	buf_done(&rich);
	buf_done(&headless);
	archive_case_done(&ground);
	return 0;
}

static struct io_memory *stage(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(case_put(m, rich.ptr, rich.len), 0);
	assert_int_equal(io_memory_put(m, HEADLESS, headless.ptr, headless.len),
	                 0);
	return m;
}

/* ---- what is tried ---- */

/* It tells what came out, and returns its status.  Nothing is asserted while
 * calls fail. */
typedef int attempt(struct io_memory *m, uint64_t *told,
                    struct fiche_error *err);

static int open_file(struct fiche_reader **out, struct io_memory *m,
                     const char *path, const struct fiche_open_options *opt,
                     struct fiche_error *err)
{
	struct io_file *file;
	int r;

	*out = NULL;
	r = io_open(io_memory_io(m), path, IO_READ, &file, err);
	return r < 0 ? r : reader_open_file(out, file, opt, err);
}

/* Some records of each block and kind. */
static int look(struct fiche_reader *r, uint64_t *told, struct fiche_error *err)
{
	struct fiche_view *v = fiche_view_new(r);
	int status = v ? 0 : FICHE_ERR_NOMEM;
	struct fiche_article a;
	struct fiche_text text;

	if (!v && err)
		err->code = status;
	for (uint64_t n = 0; status == 0 && n < ground.record_count; n += 7) {
		status = fiche_view_article(v, n, &a, err);
		if (status == 0)
			status = fiche_view_json(v, &a, true, &text, err);
		if (status == 0)
			*told += text.len;
		if (status == 0)
			status = fiche_view_record(v, n, &text, err);
		if (status == 0)
			*told += text.len;
	}
	fiche_view_free(v);
	return status;
}

static int count_name(void *ctx, struct fiche_text name, uint64_t records)
{
	*(uint64_t *)ctx += records + name.len;
	return 0;
}

static int read_some(struct io_memory *m, uint64_t *told,
                     struct fiche_error *err)
{
	static const struct fiche_open_options opt = { 0 };
	struct fiche_protection protection = { 0 };
	struct fiche_survey survey;
	struct fiche_reader *r;
	int status = open_file(&r, m, CASE_PATH, &opt, err);

	if (status == 0)
		status = look(r, told, err);
	if (status == 0)
		status = fiche_reader_survey(r, &survey, err);
	if (status == 0)
		status = fiche_reader_protection(r, &protection, err);
	for (const char *f = "skatl"; status == 0 && *f; f++)
		status = fiche_reader_names(r, *f, count_name, told, err);
	*told += protection.bytes;
	fiche_reader_close(r);
	return status;
}

static int recover(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	static const struct fiche_open_options opt = { .recover = true };
	struct fiche_reader *r;
	struct fiche_info info;
	int status = open_file(&r, m, HEADLESS, &opt, err);

	if (status < 0)
		return status;
	fiche_reader_info(r, &info);
	*told = info.records;
	fiche_reader_close(r);
	return status;
}

static int select_one(struct fiche_reader *r, const struct fiche_selection *s,
                      uint64_t *told, struct fiche_error *err)
{
	struct fiche_results *found = NULL;
	int status = fiche_select(&found, r, s, err);

	if (status == 0)
		*told = *told * 31 + fiche_results_count(found);
	fiche_results_free(found);
	return status;
}

static int select_all(struct io_memory *m, uint64_t *told,
                      struct fiche_error *err)
{
	static const struct fiche_open_options opt = { 0 };
	static const char *const some[] = { "*a*", "https://*/?", "en", "t1" };
	const char *ids[] = { id, "9-3", "00000000" };
	struct fiche_selection s[8];
	struct fiche_reader *r;
	int status = open_file(&r, m, CASE_PATH, &opt, err);

	for (size_t i = 0; i < 8; i++)
		fiche_selection_init(&s[i]);
	s[0].ids = ids;
	s[0].id_count = 3;
	s[1].urls = some;
	s[1].url_count = 2;
	s[2].sources = some;
	s[2].source_count = 1;
	s[3].tags = some;
	s[3].tag_count = 4;
	s[3].versions = FICHE_VERSIONS_ALL;
	s[4].authors = some;
	s[4].author_count = 2;
	s[4].versions = FICHE_VERSIONS_FIRST;
	s[5].languages = some;
	s[5].language_count = 3;
	s[5].sort = FICHE_SORT_NEWEST;
	s[5].limit = 3;
	s[6].from = 0;
	s[6].to = 2000000000;
	s[6].sort = FICHE_SORT_OLDEST;
	s[7].versions = FICHE_VERSIONS_AT;
	s[7].at = 1500000000;
	s[7].redacted = true;
	for (size_t i = 0; status == 0 && i < 8; i++)
		status = select_one(r, &s[i], told, err);
	fiche_reader_close(r);
	return status;
}

static int verify_all(struct io_memory *m, uint64_t *told,
                      struct fiche_error *err)
{
	struct fiche_verify_report report;
	int r = case_verify(m, false, &report, err);

	*told = report.records;
	return r;
}

static void tell_size(struct io_memory *m, const char *path, uint64_t *told)
{
	const uint8_t *bytes;
	size_t len;

	if (io_memory_get(m, path, &bytes, &len))
		*told += len;
}

static int append(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	int r = append_more(m, 1, err);

	tell_size(m, CASE_PATH, told);
	return r;
}

static bool odd_ones(void *ctx, uint64_t number)
{
	(void)ctx;
	return number % 2 == 1;
}

static uint64_t lost;

static void on_loss(void *ctx, uint64_t number, uint64_t count,
                    const struct fiche_error *why)
{
	(void)ctx;
	(void)number;
	(void)why;
	lost += count;
}

static int copy(struct io_memory *m, bool all, uint64_t *told,
                struct fiche_error *err)
{
	const struct fiche_copy_options opt = { .take = all ? NULL : odd_ones,
		                                .on_loss = on_loss };
	static const struct fiche_open_options whole = { .withdrawn = true };
	const struct fiche_writer_options to = { .mode = FICHE_CREATE,
		                                 .level = 1,
		                                 .threads = 1,
		                                 .give_up_commit = true,
		                                 .has_time = true,
		                                 .time = 1600000000 };
	struct fiche_writer *w = NULL;
	struct fiche_reader *r = NULL;
	int status = open_file(&r, m, CASE_PATH, &whole, err);

	lost = 0;
	if (status == 0)
		status = writer_open_io(&w, io_memory_io(m), COPY, &to, err);
	if (status == 0)
		status = fiche_copy(w, r, &opt, NULL, err);
	if (status == 0)
		status = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	fiche_reader_close(r);
	tell_size(m, COPY, told);
	return status;
}

static int compact(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	return copy(m, true, told, err);
}

static int split(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	return copy(m, false, told, err);
}

static int redact(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	static const uint64_t numbers[] = { 2 };
	const struct fiche_redact_options opt = { .reason = "asked for",
		                                  .keep_copies = true,
		                                  .level = 1,
		                                  .threads = 1,
		                                  .has_time = true,
		                                  .time = 1700000000 };
	struct fiche_redact_report report = { 0 };
	int r = redact_io(io_memory_io(m), CASE_PATH, OUT, numbers, 1, &opt,
	                  &report, err);

	*told = report.redacted;
	return r;
}

static int mend(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	static const char *const paths[] = { HEADLESS, CASE_PATH };
	struct fiche_repair_report report = { 0 };
	int r = repair_io(io_memory_io(m), paths, 2, OUT, NULL, &report, err);

	*told = report.lost;
	return r;
}

static int reindex(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	const struct fiche_reindex_options opt = { .threads = 1,
		                                   .has_time = true,
		                                   .time = 1700000000 };
	int r = reindex_io(io_memory_io(m), CASE_PATH, &opt, NULL, err);

	tell_size(m, CASE_PATH, told);
	return r;
}

static int protect_again(struct io_memory *m, uint64_t *told,
                         struct fiche_error *err)
{
	int r = withdraw(m, err);

	if (r == 0)
		r = protect(m, err);
	tell_size(m, CASE_PATH, told);
	return r;
}

static int search(struct io_memory *m, uint64_t *told, struct fiche_error *err)
{
	static const struct fiche_open_options opt = { 0 };
	static const char *const queries[] = { "a* OR the", "\"a b\"~5 -c",
		                               "title:a lang:en", "" };
	struct fiche_reader *r;
	int status = open_file(&r, m, CASE_PATH, &opt, err);

	for (size_t i = 0; status == 0 && i < 4; i++) {
		struct fiche_query *q = NULL;
		struct fiche_hits *h = NULL;

		status = fiche_query_parse(&q, queries[i], strlen(queries[i]),
		                           err);
		if (status == 0)
			status = fiche_search(&h, &r, 1, q, NULL, err);
		if (status == 0)
			*told = *told * 31 + fiche_hits_count(h);
		fiche_hits_free(h);
		fiche_query_free(q);
	}
	fiche_reader_close(r);
	return status;
}

static const struct tried {
	const char *name;
	attempt *run;
	bool tolerates; /* what cannot be read is lost, and told */
} all[] = {
	{ "read", read_some, false },
	{ "recover", recover, true },
	{ "select", select_all, false },
	{ "search", search, false },
	{ "verify", verify_all, false },
	{ "append", append, false },
	{ "compact", compact, false },
	{ "split", split, false },
	{ "redact", redact, false },
	{ "repair", mend, true },
	{ "reindex", reindex, false },
	{ "withdraw and protect", protect_again, false },
};

#define ALL (sizeof(all) / sizeof(all[0]))

/* ---- sweeps ---- */

enum kind { OF_MEMORY, OF_READING, OF_LIBRARIES };

static void begin_failing(enum kind kind, struct io_memory *m, long n,
                          bool for_ever)
{
	if (kind == OF_MEMORY)
		alloc_fail_after(n, for_ever);
	else if (kind == OF_READING)
		io_memory_fail(m, IO_FAULT_READ, n, EIO, for_ever);
	library.for_ever = for_ever;
	library.fired = 0;
	library.countdown = kind == OF_LIBRARIES ? n : -1;
}

static unsigned long end_failing(enum kind kind, struct io_memory *m)
{
	unsigned long fired = kind == OF_MEMORY    ? alloc_faults_fired()
	                      : kind == OF_READING ? io_memory_faults_fired(m)
	                                           : library.fired;

	alloc_fail_after(-1, false);
	io_memory_fail(m, 0, -1, 0, false);
	library.countdown = -1;
	return fired;
}

/* What was there still is. */
static void check_prefix(struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_true(len >= rich.len);
	assert_memory_equal(bytes, rich.ptr, rich.len);
}

static bool is_expected(const struct tried *t, enum kind kind, int r)
{
	if (kind == OF_READING)
		return r == FICHE_ERR_IO ||
		       (t->tolerates &&
		        (r == FICHE_ERR_CORRUPT || r == FICHE_ERR_FOREIGN));
	/* libzstd does not say why it could not compress. */
	return r == FICHE_ERR_NOMEM ||
	       (kind == OF_LIBRARIES && r == FICHE_ERR_CORRUPT);
}

static bool try_once(const struct tried *t, enum kind kind, long n,
                     bool for_ever, uint64_t right)
{
	struct io_memory *m = stage();
	struct fiche_error err = { 0 };
	unsigned long fired;
	uint64_t told = 0;
	int r;

	begin_failing(kind, m, n, for_ever);
	r = t->run(m, &told, &err);
	fired = end_failing(kind, m);
	if (r != 0 && (!fired || err.code != r || !is_expected(t, kind, r)))
		fail_msg("%s, kind %d, number %ld: %d, %s", t->name, (int)kind,
		         n, r, err.text);
	if (r == 0 && told != right && !t->tolerates && lost == 0)
		fail_msg("%s, kind %d, number %ld: another answer", t->name,
		         (int)kind, n);
	check_prefix(m);
	io_memory_free(m);
	return fired > 0;
}

static long next(long n, bool for_ever)
{
	if (damage_is_long())
		return n + 1;
	return n + 1 + (for_ever ? n / 3 : n < 40 ? 0 : n / 8);
}

static void sweep(const struct tried *t, enum kind kind)
{
	struct io_memory *m = stage();
	struct fiche_error err = { 0 };
	uint64_t right = 0;
	size_t tried = 0;

	if (t->run(m, &right, &err) != 0)
		fail_msg("%s: %s", t->name, err.text);
	check_prefix(m);
	io_memory_free(m);
	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0; try_once(t, kind, n, for_ever, right);
		     n = next(n, for_ever))
			tried++;
	print_message("%s: %zu failed\n", t->name, tried);
	assert_true(tried > 0);
}

static void memory_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++)
		sweep(&all[i], OF_MEMORY);
}

static void reading_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++)
		sweep(&all[i], OF_READING);
}

static void libraries_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++)
		sweep(&all[i], OF_LIBRARIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_may_fail),
		cmocka_unit_test(reading_may_fail),
		cmocka_unit_test(libraries_may_fail),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
