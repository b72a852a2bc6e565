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
#define TIME INT64_C(1929225845) /* 2031-02-19T00:04:05Z */

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
		buf_u8(out,
		       blanks && i % 11 == 10
		               ? ' '
		               : (uint8_t)('a' + articles_random(&state) % 26));
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
		struct secret s = secret_new(
			p->form, p->source ? p->source : "mmm", large ? 30 : 1);
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

/* ---- nothing else changes ---- */

struct block_list {
	struct case_digest *payload;
	size_t count;
};

/* The payloads of the blocks that are in force, in order. */
static struct block_list blocks_of(struct io_memory *m, const char *path)
{
	struct block_list list = { 0 };
	const uint8_t *bytes;
	struct section s;
	size_t len;

	assert_true(io_memory_get(m, path, &bytes, &len));
	list.payload = calloc(len / SECTION_HEADER_SIZE, sizeof(*list.payload));
	assert_non_null(list.payload);
	for (size_t at = SUPERBLOCK_SIZE; at + SECTION_HEADER_SIZE <= len;) {
		if (section_decode(&s, bytes + at, at, NULL, NULL) != 0) {
			at += FOOTER_SIZE;
			continue;
		}
		if (s.type == SECTION_DATA)
			memcpy(list.payload[list.count++].sha256, s.sha256, 32);
		at += (size_t)section_size(&s);
	}
	return list;
}

static bool has_block(const struct block_list *l, const struct case_digest *d)
{
	for (size_t i = 0; i < l->count; i++)
		if (memcmp(&l->payload[i], d, sizeof(*d)) == 0)
			return true;
	return false;
}

static void blocks_that_did_not_hold_it_keep_every_byte(void **state)
{
	static const struct plan p = { "", SMALL, .commits = 6,
		                       .secret_in = 3 };
	struct secret s = secret_new(JSON, "mmm", 1);
	struct io_memory *m = make(&p, &s);
	struct fiche_redact_report report;
	struct fiche_error err = { 0 };
	uint64_t number = find(m, CASE_PATH, &s);
	struct block_list old, new;
	size_t other = 0;

	(void)state;
	require(redact(m, &number, 1, NULL, &report, &err), &err);
	old = blocks_of(m, CASE_PATH);
	new = blocks_of(m, NEW);
	assert_true(old.count > p.commits);
	assert_int_equal(old.count, new.count);
	for (size_t i = 0; i < old.count; i++)
		other += !has_block(&new, &old.payload[i]);
	assert_int_equal(other, 1);
	assert_int_equal(report.blocks_copied, old.count - 1);
	assert_int_equal(report.blocks_made, 1);
	free(old.payload);
	free(new.payload);
	io_memory_free(m);
	secret_done(&s);
}

/* The same bytes go in, the same bytes come out. */
static void what_is_withdrawn_stays_so_unless_it_goes(void **state)
{
	static const struct plan p = { "", SMALL, .commits = 2 };
	struct secret s = secret_new(JSON, "mmm", 1), why = { 0 };
	struct io_memory *m = make(&p, &s);
	uint64_t number = find(m, CASE_PATH, &s), other = number ? 0 : 1;
	struct fiche_writer *w = writer_of(m, CASE_PATH, &p);
	const struct fiche_statement *said;
	struct fiche_error err = { 0 };
	struct fiche_reader *r;

	(void)state;
	put_secret(&why.line, &why.all, 9, true);
	buf_u8(&why.line, 0);
	assert_true(buf_ok(&why.line) && buf_ok(&why.all));
	require(fiche_writer_withdraw(w, &number, 1, (const char *)why.line.ptr,
	                              "", NULL, &err),
	        &err);
	require(fiche_writer_withdraw(w, &other, 1, "wrong", "editor", NULL,
	                              &err),
	        &err);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
	assert_true(exposed(m, CASE_PATH, &why) > 0);
	require(redact(m, &number, 1, NULL, NULL, &err), &err);
	assert_int_equal(exposed(m, NEW, &s), 0);
	assert_int_equal(exposed(m, NEW, &why), 0);
	require_intact(m, NEW, 1);
	r = open_as(m, NEW);
	assert_int_equal(fiche_reader_withdrawals(r, &said), 1);
	assert_int_equal(said[0].number, other);
	assert_int_equal(said[0].reason.len, 5);
	assert_memory_equal(said[0].reason.ptr, "wrong", 5);
	fiche_reader_close(r);
	io_memory_free(m);
	secret_done(&s);
	secret_done(&why);
}

static void redacting_again_gives_the_same_file(void **state)
{
	static const struct plan p = { "", SMALL, .commits = 3 };
	struct secret s = secret_new(JSON, "mmm", 1);
	struct io_memory *m = make(&p, &s);
	struct fiche_error err = { 0 };
	uint64_t number = find(m, CASE_PATH, &s);
	const uint8_t *bytes;
	struct buf first = { 0 };
	size_t len;

	(void)state;
	require(redact(m, &number, 1, NULL, NULL, &err), &err);
	assert_true(io_memory_get(m, NEW, &bytes, &len));
	buf_put(&first, bytes, len);
	assert_true(buf_ok(&first));
	io_memory_remove(m, NEW);
	require(redact(m, &number, 1, NULL, NULL, &err), &err);
	assert_true(io_memory_get(m, NEW, &bytes, &len));
	assert_int_equal(len, first.len);
	assert_memory_equal(bytes, first.ptr, len);
	buf_done(&first);
	io_memory_free(m);
	secret_done(&s);
}

/* ---- who vouched for it still does ---- */

static char *text_new(void)
{
	char *t = malloc(FICHE_NOTE_MAX);

	assert_non_null(t);
	return t;
}

static void proofs_and_checkpoints_stay_right(void **state)
{
	static const struct plan p = { "", .lines = 20, .text_len = 100,
		                       .commits = 3, .secret_in = 1 };
	struct secret s = secret_new(JSON, "mmm", 1);
	struct io_memory *m = make(&p, &s);
	struct fiche_error err = { 0 };
	uint64_t number = find(m, CASE_PATH, &s), records;
	char *early = text_new(), *late = text_new(), *note = text_new();
	char *a = text_new(), *b = text_new();
	struct fiche_open_options opt = { .commit = 2 };
	struct fiche_proof_info *info = malloc(sizeof(*info));
	struct fiche_reader *old, *new;
	struct fiche_article article;
	struct fiche_view *v;
	struct io_file *file;

	(void)state;
	assert_non_null(info);
	require(io_open(io_memory_io(m), CASE_PATH, IO_READ, &file, &err),
	        &err);
	require(reader_open_file(&old, file, &opt, &err), &err);
	require(fiche_checkpoint(old, early, &err), &err);
	fiche_reader_close(old);
	old = open_as(m, CASE_PATH);
	require(fiche_checkpoint(old, late, &err), &err);
	require(redact(m, &number, 1, NULL, NULL, &err), &err);
	new = open_as(m, NEW);
	v = fiche_view_new(new);
	assert_non_null(v);

	require(fiche_checkpoint(new, note, &err), &err);
	assert_string_equal(note, late);
	require(fiche_reader_extends(new, early, &records, &err), &err);
	require(fiche_reader_extends(new, late, &records, &err), &err);
	assert_int_equal(records, new->record_end);
	for (uint64_t i = 0; i < new->record_end; i++) {
		require(fiche_prove(old, i, late, a, &err), &err);
		require(fiche_prove(new, i, late, b, &err), &err);
		assert_string_equal(a, b);
		require(fiche_view_card(v, i, &article, &err), &err);
		require(fiche_proof_check(info, a, article.digest, &err), &err);
	}
	fiche_view_free(v);
	fiche_reader_close(old);
	fiche_reader_close(new);
	free(info);
	free(early);
	free(late);
	free(note);
	free(a);
	free(b);
	io_memory_free(m);
	secret_done(&s);
}

/* ---- what is left of it ---- */

#define BODY                                                                   \
	"The ferry to the island runs again, says the harbour master. It "     \
	"leaves at nine, at noon and at five; bicycles travel free."
#define X                                                                      \
	"{\"url\":\"https://a.example/1\",\"title\":\"One\",\"text\":\"" BODY  \
	"\"}"
#define Y                                                                      \
	"{\"url\":\"https://b.example/1\",\"title\":\"Two\",\"text\":\"" BODY  \
	"\"}"
#define Z                                                                      \
	"{\"url\":\"https://b.example/1\",\"title\":\"Three\",\"text\":"       \
	"\"Something else altogether.\",\"published\":\"2021\"}"

static const struct plan lines_plan = { "", SMALL, .commits = 1 };

static void add_lines(struct io_memory *m, const char *path,
                      const char *const *lines, size_t count,
                      struct fiche_writer_stats *stats)
{
	struct fiche_writer *w = writer_of(m, path, &lines_plan);
	struct fiche_error err = { 0 };

	for (size_t i = 0; i < count; i++)
		require(fiche_writer_add_json(w, lines[i], strlen(lines[i]),
		                              NULL, &err),
		        &err);
	require(fiche_writer_commit(w, &err), &err);
	if (stats)
		fiche_writer_stats(w, stats);
	fiche_writer_close(w);
}

static struct io_memory *of_lines(const char *const *lines, size_t count)
{
	struct io_memory *m = new_memory();

	/* One commit each, so that their order is theirs. */
	for (size_t i = 0; i < count; i++)
		add_lines(m, CASE_PATH, lines + i, 1, NULL);
	return m;
}

/* NEW takes the place of the archive, as a person would have it. */
static void replace(struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, NEW, &bytes, &len));
	assert_int_equal(case_put(m, bytes, len), 0);
	io_memory_remove(m, NEW);
}

static void require_record(struct io_memory *m, const char *path,
                           uint64_t number, const char *line)
{
	struct fiche_reader *r = open_as(m, path);
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_error err = { 0 };
	struct fiche_text t;
	int status;

	assert_non_null(v);
	status = fiche_view_record(v, number, &t, &err);
	if (line) {
		require(status, &err);
		assert_int_equal(t.len, strlen(line));
		assert_memory_equal(t.ptr, line, t.len);
	} else {
		assert_int_equal(status, FICHE_ERR_REDACTED);
	}
	fiche_view_free(v);
	fiche_reader_close(r);
}

static void only_digest_time_reason_and_authority_are_left(void **state)
{
	static const char *const lines[] = { X, Z };
	const struct fiche_redact_options opt = {
		.reason = "court order \"7 O 5\"\nsecond line",
		.authority = "Landgericht K\xc3\xb6ln"
	};
	struct io_memory *m = of_lines(lines, 2);
	struct fiche_error err = { 0 };
	struct fiche_article a;
	struct fiche_reader *r;
	struct fiche_view *v;
	struct fiche_text t;
	const uint64_t first = 0;
	uint8_t digest[32];

	(void)state;
	assert_int_equal(fiche_record_digest(digest, X, strlen(X)), 0);
	require(redact(m, &first, 1, &opt, NULL, &err), &err);
	for (int recover = 0; recover < 2; recover++) {
		const struct fiche_open_options open = { .recover = recover };
		struct io_file *file;

		require(io_open(io_memory_io(m), NEW, IO_READ, &file, &err),
		        &err);
		require(reader_open_file(&r, file, &open, &err), &err);
		v = fiche_view_new(r);
		assert_non_null(v);
		require(fiche_view_card(v, 1, &a, &err), &err);
		assert_null(a.redacted);
		require(fiche_view_article(v, 0, &a, &err), &err);
		assert_non_null(a.redacted);
		assert_memory_equal(a.digest, digest, 32);
		assert_memory_equal(a.redacted->digest, digest, 32);
		assert_int_equal(a.redacted->time, TIME);
		assert_int_equal(a.redacted->reason.len, strlen(opt.reason));
		assert_memory_equal(a.redacted->reason.ptr, opt.reason,
		                    strlen(opt.reason));
		assert_int_equal(a.redacted->authority.len,
		                 strlen(opt.authority));
		assert_int_equal(a.url.len + a.title.len + a.text.len +
		                         a.source.len + a.media_type.len +
		                         a.text_size,
		                 0);
		assert_int_equal(fiche_view_record(v, 0, &t, &err),
		                 FICHE_ERR_REDACTED);
		assert_string_equal(err.text,
		                    "redacted on 2031-02-19: court order "
		                    "\"7 O 5\"\nsecond line");
		fiche_view_free(v);
		fiche_reader_close(r);
	}
	io_memory_free(m);
}

static uint64_t hits_of(struct io_memory *m, const char *path, const char *what)
{
	struct fiche_reader *r = open_as(m, path);
	struct fiche_error err = { 0 };
	struct fiche_query *q;
	struct fiche_hits *h;
	uint64_t n;

	require(fiche_query_parse(&q, what, strlen(what), &err), &err);
	require(fiche_search(&h, &r, 1, q, NULL, &err), &err);
	n = fiche_hits_count(h);
	fiche_hits_free(h);
	fiche_query_free(q);
	fiche_reader_close(r);
	return n;
}

static void searching_does_not_find_it(void **state)
{
	static const char *const lines[] = { X, Z };
	struct io_memory *m = of_lines(lines, 2);
	struct fiche_error err = { 0 };
	const uint64_t first = 0;

	(void)state;
	assert_int_equal(hits_of(m, CASE_PATH, "ferry"), 1);
	assert_int_equal(hits_of(m, CASE_PATH, "-something"), 1);
	require(redact(m, &first, 1, NULL, NULL, &err), &err);
	assert_int_equal(hits_of(m, NEW, "ferry"), 0);
	assert_int_equal(hits_of(m, NEW, "something"), 1);
	assert_int_equal(hits_of(m, NEW, "-something"), 0);
	assert_int_equal(hits_of(m, NEW, "-ferry"), 1);
	io_memory_free(m);
}

/* The newest version is taken out: the one before it is the newest then. */
static void versions_are_those_that_are_left(void **state)
{
	static const char *const lines[] = { Y, Z };
	static const char *const urls[] = { "https://b.example/1" };
	struct io_memory *m = of_lines(lines, 2);
	struct fiche_error err = { 0 };
	struct fiche_results *found;
	struct fiche_selection sel;
	struct fiche_reader *r;
	const uint64_t second = 1;

	(void)state;
	require(redact(m, &second, 1, NULL, NULL, &err), &err);
	r = open_as(m, NEW);
	fiche_selection_init(&sel);
	sel.urls = urls;
	sel.url_count = 1;
	require(fiche_select(&found, r, &sel, &err), &err);
	assert_int_equal(fiche_results_count(found), 1);
	assert_int_equal(fiche_results_number(found, 0), 0);
	assert_int_equal(fiche_results_older(found), 0);
	fiche_results_free(found);
	fiche_reader_close(r);
	io_memory_free(m);
}

/* ---- the same text elsewhere ---- */

struct told {
	uint64_t number[8], of[8];
	size_t count;
};

static void on_copy(void *ctx, uint64_t number, uint64_t of)
{
	struct told *t = ctx;

	assert_true(t->count < 8);
	t->number[t->count] = number;
	t->of[t->count++] = of;
}

/* Whether X or Y holds the body that both have. */
static void a_copy_of_its_text_stops_it_unless_it_may_stay(void **state)
{
	static const char *const lines[] = { X, Z, Y };

	(void)state;
	for (uint64_t which = 0; which < 3; which += 2) {
		struct io_memory *m = of_lines(lines, 3);
		struct told told = { 0 };
		struct fiche_redact_options opt = { .on_copy = on_copy,
			                            .ctx = &told };
		struct fiche_redact_report report;
		struct fiche_error err = { 0 };
		const uint64_t both[] = { 2, 0 };
		const uint8_t *bytes;
		size_t len;

		assert_int_equal(info_of(m, CASE_PATH).body_bytes,
		                 strlen(BODY) + 26);
		assert_int_equal(redact(m, &which, 1, &opt, &report, &err),
		                 FICHE_ERR_STATE);
		assert_false(io_memory_get(m, NEW, &bytes, &len));
		assert_int_equal(report.copies, 1);
		assert_int_equal(told.count, 1);
		assert_int_equal(told.number[0], 2 - which);
		assert_int_equal(told.of[0], which);

		opt.keep_copies = true;
		require(redact(m, &which, 1, &opt, &report, &err), &err);
		require_record(m, NEW, which, NULL);
		require_record(m, NEW, 2 - which, lines[2 - which]);
		require_intact(m, NEW, 1);
		io_memory_remove(m, NEW);

		opt.keep_copies = false;
		require(redact(m, both, 2, &opt, &report, &err), &err);
		assert_int_equal(report.copies, 0);
		assert_int_equal(report.redacted, 2);
		require_record(m, NEW, 0, NULL);
		require_record(m, NEW, 1, Z);
		require_record(m, NEW, 2, NULL);
		require_intact(m, NEW, 2);
		assert_int_equal(info_of(m, NEW).body_bytes, 26);
		io_memory_free(m);
	}
}

/* ---- it does not come back ---- */

static void a_redacted_record_is_not_stored_again(void **state)
{
	static const char *const lines[] = { Z, X }, *const again[] = { X };
	struct io_memory *m = of_lines(lines, 2);
	struct fiche_writer_stats stats;
	struct fiche_error err = { 0 };
	const uint64_t second = 1;

	(void)state;
	require(redact(m, &second, 1, NULL, NULL, &err), &err);
	replace(m);
	add_lines(m, CASE_PATH, again, 1, &stats);
	assert_int_equal(stats.records, 0);
	assert_int_equal(stats.duplicates, 1);
	assert_int_equal(stats.redacted_here, 1);
	require_record(m, CASE_PATH, 1, NULL);

	/* Nor from an archive that has it. */
	add_lines(m, "other.fiche", lines, 2, NULL);
	for (int dense = 0; dense < 2; dense++) {
		const struct fiche_copy_options opt = { .recompress = dense };
		struct fiche_writer *w = writer_of(m, CASE_PATH, &lines_plan);
		struct fiche_reader *r = open_as(m, "other.fiche");

		require(fiche_copy(w, r, &opt, NULL, &err), &err);
		require(fiche_writer_commit(w, &err), &err);
		fiche_writer_stats(w, &stats);
		assert_int_equal(stats.records, 0);
		assert_int_equal(stats.redacted_here, 1);
		assert_int_equal(stats.redacted_there, 0);
		fiche_writer_close(w);
		fiche_reader_close(r);
	}
	/* The other way round the whole one stays: it is another archive. */
	for (int dense = 0; dense < 2; dense++) {
		const struct fiche_copy_options opt = { .recompress = dense };
		struct fiche_writer *w =
			writer_of(m, "other.fiche", &lines_plan);
		struct fiche_reader *r = open_as(m, CASE_PATH);

		require(fiche_copy(w, r, &opt, NULL, &err), &err);
		fiche_writer_close(w);
		w = writer_of(m, "other.fiche", &lines_plan);
		require(fiche_copy(w, r, &opt, NULL, &err), &err);
		require(fiche_writer_commit(w, &err), &err);
		fiche_writer_stats(w, &stats);
		assert_int_equal(stats.redacted_there, 1);
		fiche_writer_close(w);
		fiche_reader_close(r);
	}
	io_memory_free(m);
}

static bool odd_ones(void *ctx, uint64_t number)
{
	(void)ctx;
	return number % 2 == 1;
}

/* Compacted, compressed anew, split: what is left of it goes along. */
static void it_stays_redacted_wherever_it_is_copied(void **state)
{
	static const struct plan p = { "", SMALL, .commits = 2 };
	struct secret s = secret_new(JSON, "mmm", 1);
	struct io_memory *m = make(&p, &s);
	struct fiche_error err = { 0 };
	uint64_t number = find(m, CASE_PATH, &s);
	uint64_t gone[] = { number, number % 2 ? number + 2 : number + 1 };

	(void)state;
	require(redact(m, gone, 2,
	               &(struct fiche_redact_options){ .keep_copies = true },
	               NULL, &err),
	        &err);
	replace(m);
	for (int how = 0; how < 4; how++) {
		const struct fiche_copy_options opt = {
			.recompress = how & 1, .take = how & 2 ? odd_ones : NULL
		};
		struct fiche_writer *w = writer_of(m, "other.fiche", &p);
		struct fiche_reader *r = open_as(m, CASE_PATH);
		struct fiche_copy_stats stats;

		require(fiche_copy(w, r, &opt, &stats, &err), &err);
		require(fiche_writer_commit(w, &err), &err);
		fiche_writer_close(w);
		fiche_reader_close(r);
		assert_int_equal(stats.lost, 0);
		require_intact(m, "other.fiche",
		               how & 2 ? (gone[0] % 2) + (gone[1] % 2) : 2);
		io_memory_remove(m, "other.fiche");
	}
	io_memory_free(m);
	secret_done(&s);
}

/* One after the other; the whole archive in the end. */
static void what_was_redacted_before_stays_so(void **state)
{
	static const char *const lines[] = { X, Z };
	struct io_memory *m = of_lines(lines, 2);
	struct fiche_redact_report report;
	struct fiche_error err = { 0 };
	struct fiche_info before = info_of(m, CASE_PATH), after;

	(void)state;
	for (uint64_t n = 0; n < 2; n++) {
		require(redact(m, &n, 1, NULL, &report, &err), &err);
		assert_int_equal(report.redacted, 1);
		assert_int_equal(report.before, n);
		require_intact(m, NEW, n + 1);
		replace(m);
	}
	after = info_of(m, CASE_PATH);
	assert_memory_equal(before.tree_head, after.tree_head, 32);
	assert_int_equal(after.record_bytes, 0);
	assert_int_equal(after.body_bytes, 0);
	require_record(m, CASE_PATH, 0, NULL);
	require_record(m, CASE_PATH, 1, NULL);
	io_memory_free(m);
}

/* ---- refused ---- */

static void more_is_added(void *ctx, uint64_t done, uint64_t total)
{
	static const char *const line[] = { Y };
	struct io_memory *m = ctx;

	if (done >= total / 2 && info_of(m, CASE_PATH).records == 2)
		add_lines(m, CASE_PATH, line, 1, NULL);
}

static void what_cannot_be_done_right_is_not_begun(void **state)
{
	static const char *const lines[] = { X, Z };
	static const uint64_t one[] = { 1 }, none[] = { 2 };
	static char long_text[FICHE_REASON_MAX + 2];
	const struct fiche_redact_options not_utf8 = { .reason = "\xff" },
					  long_reason = { .authority =
		                                                  long_text };
	const struct {
		const uint64_t *numbers;
		size_t count;
		const struct fiche_redact_options *opt;
		const char *why;
	} rows[] = {
		{ none, 1, NULL, "there is no record 2" },
		{ one, 0, NULL, "there is nothing to redact" },
		{ one, 1, &not_utf8, "the reason or authority is not UTF-8" },
		{ one, 1, &long_reason,
		  "the reason or authority has more than 4096 bytes" },
	};
	struct io_memory *m = of_lines(lines, 2);
	struct fiche_redact_options opt = { .on_progress = more_is_added,
		                            .ctx = m };
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	(void)state;
	memset(long_text, 'a', FICHE_REASON_MAX + 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(redact(m, rows[i].numbers, rows[i].count,
		                        rows[i].opt, NULL, &err),
		                 FICHE_ERR_ARG);
		assert_string_equal(err.text, rows[i].why);
		assert_false(io_memory_get(m, NEW, &bytes, &len));
	}
	assert_int_equal(redact(m, one, 1, &opt, NULL, &err), FICHE_ERR_BUSY);
	assert_false(io_memory_get(m, NEW, &bytes, &len));
	require(redact(m, one, 1, NULL, NULL, &err), &err);
	assert_int_equal(redact(m, one, 1, NULL, NULL, &err), FICHE_ERR_EXISTS);
	replace(m);
	assert_int_equal(redact(m, one, 1, NULL, NULL, &err), FICHE_ERR_ARG);
	assert_string_equal(err.text, "record 1 is redacted already");
	io_memory_free(m);
}

/* What only the old archive would have had whole must not be lost with it. */
static void nothing_is_made_of_a_damaged_archive(void **state)
{
	static const struct plan p = { "", .lines = 10, .text_len = 100,
		                       .commits = 2 };
	struct secret s = secret_new(JSON, "mmm", 1);
	struct io_memory *m = make(&p, &s);
	uint64_t number = find(m, CASE_PATH, &s);
	struct fiche_info info = info_of(m, CASE_PATH);
	size_t made = 0, refused = 0;
	struct buf whole = { 0 };
	const uint8_t *bytes;
	size_t len;

	(void)state;
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	buf_put(&whole, bytes, len);
	assert_true(buf_ok(&whole));
	for (size_t at = 0; at < whole.len; at += 37) {
		struct fiche_error err = { 0 };
		int r;

		whole.ptr[at] ^= 0x10;
		assert_int_equal(case_put(m, whole.ptr, whole.len), 0);
		whole.ptr[at] ^= 0x10;
		r = redact(m, &number, 1, NULL, NULL, &err);
		if (r != 0) {
			assert_false(io_memory_get(m, NEW, &bytes, &len));
			refused++;
			continue;
		}
		/* A place that says nothing: a dead segment, a padding. */
		require_intact(m, NEW, 1);
		assert_memory_equal(info_of(m, NEW).tree_head, info.tree_head,
		                    32);
		io_memory_remove(m, NEW);
		made++;
	}
	print_message("%zu refused, %zu made all the same\n", refused, made);
	assert_true(refused > 100);
	buf_done(&whole);
	io_memory_free(m);
	secret_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_it_is_left_wherever_it_stood),
		cmocka_unit_test(blocks_that_did_not_hold_it_keep_every_byte),
		cmocka_unit_test(what_is_withdrawn_stays_so_unless_it_goes),
		cmocka_unit_test(redacting_again_gives_the_same_file),
		cmocka_unit_test(proofs_and_checkpoints_stay_right),
		cmocka_unit_test(
			only_digest_time_reason_and_authority_are_left),
		cmocka_unit_test(searching_does_not_find_it),
		cmocka_unit_test(versions_are_those_that_are_left),
		cmocka_unit_test(
			a_copy_of_its_text_stops_it_unless_it_may_stay),
		cmocka_unit_test(a_redacted_record_is_not_stored_again),
		cmocka_unit_test(it_stays_redacted_wherever_it_is_copied),
		cmocka_unit_test(what_was_redacted_before_stays_so),
		cmocka_unit_test(what_cannot_be_done_right_is_not_begun),
		cmocka_unit_test(nothing_is_made_of_a_damaged_archive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
