/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_redact.c - an archive without the bytes of some of its records: they
 * are gone from every place, and nothing else is.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "archive/redact.h"
#include "archive/verify.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "fiche/proof.h"
#include "fiche/rebuild.h"
#include "fiche/search.h"
#include "support/archive_case.h"
#include "support/articles.h"
#include "support/exposed.h"

#define NEW  "new.fiche"
#define TIME INT64_C(1929225845) /* 2031-02-18T02:04:05Z */

#define SECRET_LEN 1024

static void require(int status, const struct fiche_error *err)
{
	if (status != 0)
		fail_msg("%d: %s", status, err->text);
}

static struct io_memory *new_memory(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	return m;
}

static struct fiche_reader *open_as(struct io_memory *m, const char *path)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct io_file *file;

	require(io_open(io_memory_io(m), path, IO_READ, &file, &err), &err);
	require(reader_open_file(&r, file, NULL, &err), &err);
	return r;
}

static struct fiche_info info_of(struct io_memory *m, const char *path)
{
	struct fiche_reader *r = open_as(m, path);
	struct fiche_info info;

	fiche_reader_info(r, &info);
	fiche_reader_close(r);
	return info;
}

/* ---- a record that nobody shall find again ---- */

/* Letters at random, in words of some ten if `blanks`. */
static void put_secret(struct buf *out, struct buf *all, unsigned seed,
                       bool blanks)
{
	uint64_t state = 1000 + seed;
	size_t at = out->len;

	for (size_t i = 0; i < SECRET_LEN; i++)
		buf_u8(out, blanks && i % 11 == 10
		                    ? ' '
		                    : (uint8_t)('a' +
		                                articles_random(&state) % 26));
	buf_put(all, out->ptr + at, SECRET_LEN);
	buf_u8(all, '\n');
}

enum form { JSON, VERBATIM, PAGE };

struct secret {
	struct buf line; /* or the card */
	struct buf file; /* of a page, and its text */
	struct buf all;  /* what must not be found */
};

/* One for each field, in a record of that form.  What stands `times` in it is
 * worth a place in a dictionary. */
static struct secret secret_new(enum form form, const char *source,
                                size_t times)
{
	struct secret s = { 0 };
	struct buf *b = &s.line;

	buf_text(b, "{\"url\":\"https://s.example/");
	put_secret(b, &s.all, 0, false);
	buf_text(b, "\",\"id\":\"");
	put_secret(b, &s.all, 1, false);
	buf_text(b, "\",\"title\":\"");
	put_secret(b, &s.all, 2, true);
	buf_text(b, "\",\"authors\":[\"");
	put_secret(b, &s.all, 3, true);
	buf_text(b, "\"],\"tags\":[\"");
	put_secret(b, &s.all, 4, true);
	buf_printf(b, "\"],\"source\":\"%s", source);
	put_secret(b, &s.all, 5, true);
	buf_text(b, "\",\"language\":\"en\",\"published\":\"2020-02-02\"");
	if (form == VERBATIM)
		buf_text(b, ",\"odd\":\"\\u0041\\ud800\"");
	if (form == PAGE) {
		buf_text(b, "}");
		for (size_t i = 0; i < times; i++)
			put_secret(&s.file, &s.all, 6, true);
	} else {
		buf_text(b, ",\"other\":\"");
		put_secret(b, &s.all, 6, true);
		buf_text(b, "\",\"text\":\"");
		for (size_t i = 0; i < times; i++)
			put_secret(b, &s.all, 7, true);
		buf_text(b, "\"}");
	}
	assert_true(buf_ok(b) && buf_ok(&s.file) && buf_ok(&s.all));
	return s;
}

static void secret_done(struct secret *s)
{
	buf_done(&s->line);
	buf_done(&s->file);
	buf_done(&s->all);
}

static void add_secret(struct fiche_writer *w, const struct secret *s)
{
	const struct fiche_text text = { (const char *)s->file.ptr, 700 };
	struct fiche_error err = { 0 };
	int r;

	if (s->file.len > 0)
		r = fiche_writer_add_file(w, (const char *)s->line.ptr,
		                          s->line.len, s->file.ptr, s->file.len,
		                          &text, NULL, &err);
	else
		r = fiche_writer_add_json(w, s->line.ptr, s->line.len, NULL,
		                          &err);
	require(r, &err);
}

static size_t exposed(struct io_memory *m, const char *path,
                      const struct secret *s)
{
	struct buf all = { 0 };
	const uint8_t *bytes;
	size_t len, count;

	assert_true(io_memory_get(m, path, &bytes, &len));
	assert_int_equal(exposed_make(&all, bytes, len), 0);
	count = exposed_count(&all, (const char *)s->all.ptr, s->all.len);
	buf_done(&all);
	return count;
}

/* In those of the archive alone. */
static size_t in_dictionaries(struct io_memory *m, const struct secret *s)
{
	struct fiche_reader *r = open_as(m, CASE_PATH);
	const struct commit *c = &r->archive.last.commit;
	struct fiche_error err = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < c->dict_count; i++) {
		struct buf raw = { 0 };
		uint8_t *bytes;
		size_t len;

		require(dict_read(&r->archive, &c->dicts[i], &bytes, &len,
		                  &err),
		        &err);
		buf_put(&raw, bytes, len);
		count += exposed_count(&raw, (const char *)s->all.ptr,
		                       s->all.len);
		alloc_free(bytes);
		buf_done(&raw);
	}
	fiche_reader_close(r);
	return count;
}

/* ---- archives ---- */

struct plan {
	const char *name;
	size_t commits, lines, text_len;
	size_t secret_in; /* commit */
	enum form form;
	const char *source; /* "0": before all others of its language */
	bool plain, basic, alone;
	bool compacted, merged;
};

static struct fiche_writer *writer_of(struct io_memory *m, const char *path,
                                      const struct plan *p)
{
	static const uint8_t uuid[16] = { 7, 1, 1, 7 };
	struct fiche_writer_options opt = {
		.level = 3,
		.plain = p->plain,
		.index = p->basic ? FICHE_INDEX_BASIC : FICHE_INDEX_WORDS,
		.threads = 1,
		.uuid = uuid,
		.has_time = true,
		.time = 1600000000,
	};
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	const uint8_t *bytes;
	size_t len;

	opt.mode = io_memory_get(m, path, &bytes, &len) ? FICHE_APPEND
	                                                : FICHE_CREATE;
	require(writer_open_io(&w, io_memory_io(m), path, &opt, &err), &err);
	return w;
}

static void append(struct io_memory *m, const char *path, const struct plan *p,
                   size_t commit, const struct secret *s)
{
	struct fiche_writer *w = writer_of(m, path, p);
	struct fiche_error err = { 0 };
	struct buf line = { 0 };

	for (size_t i = 0; i < p->lines && !(s && p->alone); i++) {
		if (s && i == p->lines / 2)
			add_secret(w, s);
		buf_clear(&line);
		articles_line(&line, 5, commit * p->lines + i, p->text_len);
		require(fiche_writer_add_json(w, line.ptr, line.len, NULL,
		                              &err),
		        &err);
	}
	if (s && p->alone)
		add_secret(w, s);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
	buf_done(&line);
}

/* All of `from`, copied into `to` in a commit of its own. */
static void copy(struct io_memory *m, const char *from, const char *to,
                 const struct plan *p)
{
	struct fiche_writer *w = writer_of(m, to, p);
	struct fiche_reader *r = open_as(m, from);
	struct fiche_error err = { 0 };

	require(fiche_copy(w, r, NULL, NULL, &err), &err);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
	fiche_reader_close(r);
}

static struct io_memory *make(const struct plan *p, const struct secret *s)
{
	struct io_memory *m = new_memory();
	const char *path = p->compacted ? "other.fiche" : CASE_PATH;

	/* The secret stands in a small first commit, and again in an archive
	 * whose dictionaries were trained with it, and that comes behind. */
	if (p->merged) {
		struct plan small = *p;

		small.lines = 20;
		append(m, CASE_PATH, &small, 0, s);
		append(m, "other.fiche", p, 1, s);
		copy(m, "other.fiche", CASE_PATH, p);
		io_memory_remove(m, "other.fiche");
		return m;
	}
	for (size_t i = 0; i < p->commits; i++)
		append(m, path, p, i, i == p->secret_in ? s : NULL);
	if (p->compacted) {
		copy(m, path, CASE_PATH, p);
		io_memory_remove(m, path);
	}
	return m;
}

/* Its number, by what its title begins with. */
static uint64_t find(struct io_memory *m, const char *path,
                     const struct secret *s)
{
	const char *title = strstr((const char *)s->line.ptr, "title\":\"") + 8;
	struct fiche_reader *r = open_as(m, path);
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_article a;
	struct fiche_error err = { 0 };
	uint64_t found = UINT64_MAX;

	assert_non_null(v);
	for (uint64_t i = 0; i < r->record_end; i++) {
		require(fiche_view_card(v, i, &a, &err), &err);
		if (a.title.len == SECRET_LEN &&
		    memcmp(a.title.ptr, title, SECRET_LEN) == 0)
			found = i;
	}
	fiche_view_free(v);
	fiche_reader_close(r);
	assert_true(found != UINT64_MAX);
	return found;
}

/* ---- what has to be the same ---- */

static int redact(struct io_memory *m, const uint64_t *numbers, size_t count,
                  const struct fiche_redact_options *given,
                  struct fiche_redact_report *report, struct fiche_error *err)
{
	struct fiche_redact_options opt = { 0 };

	if (given)
		opt = *given;
	opt.threads = 1;
	opt.level = 3;
	opt.has_time = true;
	opt.time = TIME;
	if (!opt.reason)
		opt.reason = "asked for by \"M\"";
	return redact_io(io_memory_io(m), CASE_PATH, NEW, numbers, count, &opt,
	                 report, err);
}

static void require_intact(struct io_memory *m, const char *path,
                           uint64_t redacted)
{
	const struct fiche_verify_options opt = { .threads = 1 };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };

	require(verify_io(io_memory_io(m), path, &opt, &report, &err), &err);
	assert_true(report.index_compared);
	assert_int_equal(report.redacted, redacted);
}

/* Each record but `gone` has the bytes it had, under the number it had. */
static void require_others(struct io_memory *m, const uint64_t *gone,
                           size_t count)
{
	struct fiche_reader *a = open_as(m, CASE_PATH), *b = open_as(m, NEW);
	struct fiche_view *v = fiche_view_new(a), *u = fiche_view_new(b);
	struct fiche_error err = { 0 };
	struct fiche_text x, y;

	assert_true(v && u);
	assert_int_equal(a->record_end, b->record_end);
	for (uint64_t i = 0; i < a->record_end; i++) {
		bool is_gone = false;

		for (size_t k = 0; k < count; k++)
			is_gone |= gone[k] == i;
		require(fiche_view_record(v, i, &x, &err), &err);
		if (is_gone) {
			assert_int_equal(fiche_view_record(u, i, &y, &err),
			                 FICHE_ERR_REDACTED);
			continue;
		}
		require(fiche_view_record(u, i, &y, &err), &err);
		assert_int_equal(x.len, y.len);
		assert_memory_equal(x.ptr, y.ptr, x.len);
	}
	fiche_view_free(v);
	fiche_view_free(u);
	fiche_reader_close(a);
	fiche_reader_close(b);
}

static void require_same_identity(struct io_memory *m)
{
	struct fiche_info a = info_of(m, CASE_PATH), b = info_of(m, NEW);

	assert_memory_equal(a.uuid, b.uuid, 16);
	assert_memory_equal(a.tree_head, b.tree_head, 32);
	assert_int_equal(a.created, b.created);
	assert_int_equal(a.records, b.records);
	assert_int_equal(a.plain, b.plain);
	assert_int_equal(a.words, b.words);
	assert_int_equal(b.generation, 1);
}

#define DICTS .lines = 5000, .text_len = 900, .commits = 1
#define SMALL .lines = 60, .text_len = 300

static const struct plan plans[] = {
	{ "one commit", SMALL, .commits = 1 },
	{ "plain", SMALL, .commits = 2, .plain = true },
	{ "without words", SMALL, .commits = 2, .basic = true },
	{ "verbatim", SMALL, .commits = 1, .form = VERBATIM },
	{ "a page", SMALL, .commits = 1, .form = PAGE },
	{ "first in its block", SMALL, .commits = 1, .source = "000" },
	{ "last in its block", SMALL, .commits = 1, .source = "zzz" },
	{ "alone in its block", SMALL, .commits = 3, .secret_in = 1,
	  .alone = true },
	{ "the whole archive", SMALL, .commits = 1, .alone = true },
	{ "first of many commits", SMALL, .commits = 9 },
	{ "last of many commits", SMALL, .commits = 9, .secret_in = 8 },
	{ "compacted", SMALL, .commits = 4, .secret_in = 2, .compacted = true },
	{ "dictionaries", DICTS },
	{ "dictionaries, compacted", DICTS, .compacted = true },
	{ "a dictionary of another archive", DICTS, .merged = true },
};

static void nothing_of_it_is_left_wherever_it_stood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		const struct plan *p = &plans[i];
		bool large = p->lines > 1000;
		struct secret s = secret_new(p->form,
		                             p->source ? p->source : "mmm",
		                             large ? 30 : 1);
		struct io_memory *m = make(p, &s);
		struct fiche_redact_report report;
		struct fiche_error err = { 0 };
		uint64_t number = find(m, CASE_PATH, &s);
		size_t before = exposed(m, CASE_PATH, &s), after;
		int r = redact(m, &number, 1, NULL, &report, &err);

		if (r != 0)
			fail_msg("%s: %d, %s", p->name, r, err.text);
		after = exposed(m, NEW, &s);
		print_message("%s: %zu places before, %zu after\n", p->name,
		              before, after);
		/* It is found where it is, or finding nothing says nothing. */
		assert_true(before > SECRET_LEN);
		assert_int_equal(after, 0);
		assert_int_equal(report.redacted, 1);
		assert_int_equal(report.copies, 0);
		assert_int_equal(in_dictionaries(m, &s) > SECRET_LEN, large);
		require_intact(m, NEW, 1);
		require_others(m, &number, 1);
		require_same_identity(m);
		io_memory_free(m);
		secret_done(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_it_is_left_wherever_it_stood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
