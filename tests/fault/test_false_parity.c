/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_false_parity.c - parity that breaks one rule of spec 3.8, while every
 * sum and every hash of the archive fits: verify names the rule.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/verify.h"
#include "base/cursor.h"
#include "format/parity.h"
#include "format/section.h"
#include "parity/protect.h"
#include "support/archive_case.h"
#include "support/reseal.h"

static const struct case_plan plan = {
	.seed = 15, .commits = 2, .lines = 20, .files = 1, .text_len = 200
};

static struct archive_case ground;
static struct buf good;
static uint64_t parity_at, commit_at;

/* Where its PARITY and the COMMIT behind it begin. */
static void find_parity(void)
{
	struct section s = { 0 };
	uint64_t at = ground.bytes.len;

	for (; commit_at == 0; at += section_size(&s)) {
		assert_int_equal(
			section_decode(&s, good.ptr + at, at, NULL, NULL), 0);
		if (s.type == SECTION_PARITY)
			parity_at = at;
		else if (s.type == SECTION_COMMIT)
			commit_at = at;
	}
}

static int enter(void **state)
{
	const struct fiche_protect_options opt = { .profile = FICHE_PARITY_STD,
		                                   .has_time = true,
		                                   .time = 1700000000 };
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	(void)state;
	if (archive_case_make(&ground, &plan, &err) < 0 ||
	    protect_io(io_memory_io(ground.memory), CASE_PATH, &opt, NULL,
	               &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	assert_true(io_memory_get(ground.memory, CASE_PATH, &bytes, &len));
	buf_put(&good, bytes, len);
	find_parity();
	return buf_ok(&good) && parity_at > 0 && commit_at > 0 ? 0 : -1;
}

static int leave(void **state)
{
	(void)state;
	buf_done(&good);
	archive_case_done(&ground);
	return 0;
}

/* Is there a finding that says this? */
struct said {
	const char *what;
	char all[2000];
	bool found;
};

static void listen(void *ctx, const struct fiche_finding *f)
{
	struct said *s = ctx;
	size_t len = strlen(s->all);

	s->found |= strstr(f->text, s->what) != NULL;
	(void)snprintf(s->all + len, sizeof(s->all) - len, "'%s' ", f->text);
}

enum place { HEAD, FIRST_PAGE, TABLE, TABLE_PARITY, COMMIT, SUPERBLOCK };

struct broken {
	const char *rule;
	enum place place;
	size_t at;
	unsigned width;
	int64_t add;
	const char *says;
};

static const struct broken all[] = {
	{ "nothing", HEAD, 0, 0, 0, NULL },
	{ "the magic", HEAD, 0, 1, 1, "no parity begins here" },
	{ "the archive's UUID", HEAD, 8, 1, 1, "another archive" },
	{ "the section's offset", HEAD, 24, 8, 4096, "stands in" },
	{ "its sequence", HEAD, 32, 8, 1, "stands in" },
	{ "no page left out", HEAD, 56, 4, -1, "gap" },
	{ "its length, by k", HEAD, 62, 1, -3, "stands in" },
	{ "no number", HEAD, 72, 4, 1, "stands in" },
	{ "the commit's time", HEAD, 40, 8, 1, "of the commit behind" },
	{ "its batch", HEAD, 80, 8, -4096, "of the commit behind" },
	{ "as many zones as there are", HEAD, 68, 4, 1, "gap" },
	{ "zeros behind the head", FIRST_PAGE, 4095, 1, 1, "not padded" },
	{ "a table with its number", TABLE, 72, 4, 1, "is not one" },
	{ "a table with this head", TABLE, 76, 1, 1, "is not one" },
	{ "the tag of a page", TABLE, 96, 1, 1,
	  "parity of a table does not fit" },
	{ "the page of a tag", SUPERBLOCK, 16, 1, 1, "does not fit the pages" },
	{ "zeros behind the tags", TABLE, 96 + 3967, 1, 1, "padded" },
	{ "the parity of a table", TABLE_PARITY, 100, 1, 1,
	  "parity of a table does not fit" },
	{ "parity, if the commit says so", COMMIT, 48, 4, -2, "wrong about" },
	{ "the same commit again", COMMIT, 152, 8, 1, "the one before it" },
};

static size_t place_of(enum place p)
{
	switch (p) {
	case HEAD:
		return (size_t)parity_at + SECTION_HEADER_SIZE;
	case FIRST_PAGE:
		return (size_t)parity_at;
	case TABLE:
		return (size_t)parity_at + PARITY_PAGE;
	case TABLE_PARITY:
		return (size_t)parity_at + 2 * PARITY_PAGE;
	case COMMIT:
		return (size_t)commit_at + SECTION_HEADER_SIZE;
	case SUPERBLOCK:
		return SECTION_HEADER_SIZE;
	}
	return 0;
}

static void add(struct buf *b, const struct broken *row)
{
	uint8_t *at = b->ptr + place_of(row->place) + row->at;
	uint64_t v = get_uint(at, row->width) + (uint64_t)row->add;

	for (unsigned i = 0; i < row->width; i++)
		at[i] = (uint8_t)(v >> (8 * i));
	if (row->width > 0)
		reseal(b->ptr, b->len);
}

static void verify_names_the_rule_that_parity_breaks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct broken *row = &all[i];
		struct said said = { .what = row->says ? row->says : "any" };
		struct fiche_verify_options opt = { .threads = 1,
			                            .on_finding = listen,
			                            .ctx = &said };
		struct fiche_verify_report report;
		struct io_memory *m = io_memory_new();
		struct fiche_error err = { 0 };
		struct buf raw = { 0 };
		int r;

		buf_put(&raw, good.ptr, good.len);
		assert_true(m && buf_ok(&raw));
		add(&raw, row);
		assert_int_equal(case_put(m, raw.ptr, raw.len), 0);
		r = verify_io(io_memory_io(m), CASE_PATH, &opt, &report, &err);
		if (row->says ? r != FICHE_ERR_CORRUPT || !said.found : r != 0)
			fail_msg("%s: %d, %s; %s", row->rule, r, err.text,
			         said.all);
		buf_done(&raw);
		io_memory_free(m);
	}
}

/* Pages of a table are told apart from each other only by their numbers. */
static void one_table_in_the_place_of_another_is_none(void **state)
{
	struct fiche_verify_report report;
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct buf raw = { 0 };

	(void)state;
	buf_put(&raw, good.ptr, good.len);
	assert_true(m && buf_ok(&raw));
	memcpy(raw.ptr + place_of(TABLE), raw.ptr + place_of(TABLE_PARITY),
	       PARITY_PAGE);
	reseal(raw.ptr, raw.len);
	assert_int_equal(case_put(m, raw.ptr, raw.len), 0);
	assert_int_equal(case_verify(m, false, &report, &err),
	                 FICHE_ERR_CORRUPT);
	assert_non_null(strstr(err.text, "table"));
	buf_done(&raw);
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verify_names_the_rule_that_parity_breaks),
		cmocka_unit_test(one_table_in_the_place_of_another_is_none),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
