/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_replaced.c - what happens to an archive while somebody reads or writes
 * it: it is appended to, replaced by another, renamed, removed, or cut short,
 * on a real file system.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "fiche/fiche.h"
#include "support/archive_case.h"
#include "support/child.h"

struct place {
	struct archive_case made;
	char folder[64];
	char path[96];
};

static void write_file(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static int set_up(void **state)
{
	static const struct case_plan plan = {
		.seed = 11, .commits = 3, .lines = 20, .text_len = 400
	};
	struct place *p = calloc(1, sizeof(*p));
	struct fiche_error err = { 0 };

	assert_non_null(p);
	if (archive_case_make(&p->made, &plan, &err) < 0)
		fail_msg("%s", err.text);
	(void)snprintf(p->folder, sizeof(p->folder), "/tmp/fiche-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	(void)snprintf(p->path, sizeof(p->path), "%s/a.fiche", p->folder);
	write_file(p->path, p->made.bytes.ptr, p->made.bytes.len);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	(void)rmdir(p->folder);
	archive_case_done(&p->made);
	free(p);
	return 0;
}

static struct fiche_reader *opened(const struct place *p)
{
	struct fiche_reader *r;
	struct fiche_error err = { 0 };

	if (fiche_reader_open(&r, p->path, NULL, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

/* Every record is exact, or (if `may_fail`) an error of a file that shrank. */
static void require_records(const struct place *p, struct fiche_reader *r,
                            bool may_fail)
{
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_error err = { 0 };
	struct fiche_text raw;
	uint8_t sha[32];

	assert_non_null(v);
	for (uint64_t n = 0; n < p->made.record_count; n++) {
		int s = fiche_view_record(v, n, &raw, &err);

		if (may_fail && s == FICHE_ERR_TRUNCATED)
			continue;
		assert_int_equal(s, 0);
		assert_int_equal(sha256_of(sha, raw.ptr, raw.len), 0);
		assert_memory_equal(sha, p->made.digests[n].sha256, 32);
	}
	fiche_view_free(v);
}

static void a_reader_goes_on_while_the_archive_grows(void **state)
{
	struct place *p = *state;
	struct fiche_reader *r = opened(p);
	struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	struct fiche_writer *w;
	struct fiche_error err = { 0 };
	struct fiche_info info;

	assert_int_equal(fiche_writer_open(&w, p->path, &opt, &err), 0);
	assert_int_equal(
		fiche_writer_add_json(w, "{\"text\":\"new\"}", 14, NULL, &err),
		0);
	assert_int_equal(fiche_writer_commit(w, &err), 0);
	fiche_writer_close(w);
	require_records(p, r, false);
	fiche_reader_info(r, &info);
	assert_int_equal(info.records, p->made.record_count);
	fiche_reader_close(r);
}

static void a_reader_goes_on_when_another_file_takes_the_name(void **state)
{
	struct place *p = *state;
	struct fiche_reader *r = opened(p);
	char other[128];

	(void)snprintf(other, sizeof(other), "%s/b", p->folder);
	write_file(other, (const uint8_t *)"nothing", 7);
	assert_int_equal(rename(other, p->path), 0);
	require_records(p, r, false);
	fiche_reader_close(r);
}

static void a_reader_goes_on_when_the_name_is_removed(void **state)
{
	struct place *p = *state;
	struct fiche_reader *r = opened(p);

	assert_int_equal(unlink(p->path), 0);
	require_records(p, r, false);
	fiche_reader_close(r);
}

static void a_file_that_is_cut_short_gives_errors_and_no_other_bytes(
	void **state)
{
	struct place *p = *state;

	for (size_t len = 0; len < p->made.bytes.len; len += 997) {
		struct fiche_reader *r;

		write_file(p->path, p->made.bytes.ptr, p->made.bytes.len);
		r = opened(p);
		assert_int_equal(truncate(p->path, (off_t)len), 0);
		require_records(p, r, true);
		fiche_reader_close(r);
	}
}

static void a_writer_does_not_commit_to_a_file_that_lost_its_name(void **state)
{
	struct place *p = *state;
	struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	struct fiche_writer *w;
	struct fiche_error err = { 0 };

	assert_int_equal(fiche_writer_open(&w, p->path, &opt, &err), 0);
	assert_int_equal(
		fiche_writer_add_json(w, "{\"text\":\"new\"}", 14, NULL, &err),
		0);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(fiche_writer_commit(w, &err), FICHE_ERR_IO);
	assert_int_equal(fiche_writer_commit(w, &err), FICHE_ERR_STATE);
	fiche_writer_close(w);
}

static struct fiche_writer *writer_on(const char *path)
{
	const struct fiche_writer_options opt = { .mode = FICHE_APPEND,
		                                  .threads = 1 };
	struct fiche_writer *w;
	struct fiche_error err = { 0 };

	if (fiche_writer_open(&w, path, &opt, &err) != 0)
		fail_msg("%s", err.text);
	return w;
}

static int add_and_commit(struct fiche_writer *w)
{
	int r = fiche_writer_add_json(w, "{\"text\":\"new\"}", 14, NULL, NULL);

	return r < 0 ? r : fiche_writer_commit(w, NULL);
}

static void a_writer_does_not_commit_when_another_file_has_the_name(
	void **state)
{
	struct place *p = *state;
	struct fiche_writer *w = writer_on(p->path);
	char other[128];

	(void)snprintf(other, sizeof(other), "%s/b", p->folder);
	write_file(other, p->made.bytes.ptr, p->made.bytes.len);
	assert_int_equal(rename(other, p->path), 0);
	assert_int_equal(add_and_commit(w), FICHE_ERR_IO);
	fiche_writer_close(w);
	/* The other file is as it was, and can be added to. */
	w = writer_on(p->path);
	assert_int_equal(add_and_commit(w), 0);
	fiche_writer_close(w);
}

static void a_writer_does_not_commit_to_a_file_that_was_renamed(void **state)
{
	struct place *p = *state;
	struct fiche_writer *w = writer_on(p->path);
	char other[128];

	(void)snprintf(other, sizeof(other), "%s/b", p->folder);
	assert_int_equal(rename(p->path, other), 0);
	assert_int_equal(add_and_commit(w), FICHE_ERR_IO);
	fiche_writer_close(w);
	/* What it has left is a tail. */
	w = writer_on(other);
	assert_int_equal(add_and_commit(w), 0);
	fiche_writer_close(w);
	assert_int_equal(unlink(other), 0);
}

static void two_names_of_a_file_have_one_lock(void **state)
{
	const struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	struct place *p = *state;
	struct fiche_writer *w = writer_on(p->path), *second;
	char other[128];

	(void)snprintf(other, sizeof(other), "%s/b", p->folder);
	assert_int_equal(link(p->path, other), 0);
	assert_int_equal(fiche_writer_open(&second, other, &opt, NULL),
	                 FICHE_ERR_BUSY);
	assert_int_equal(add_and_commit(w), 0);
	fiche_writer_close(w);
	assert_int_equal(unlink(other), 0);
}

/* A program may start others, and read the file itself: the classic locks are
 * lost then. */
static void the_lock_outlives_children_and_other_descriptors(void **state)
{
	const struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	struct place *p = *state;
	struct fiche_writer *w = writer_on(p->path), *second;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(close(open(p->path, O_RDONLY)), 0);
	fiche_reader_close(opened(p));
	assert_int_equal(fiche_writer_open(&second, p->path, &opt, NULL),
	                 FICHE_ERR_BUSY);
	assert_int_equal(add_and_commit(w), 0);
	fiche_writer_close(w);
}

/* Otherwise the next message of the program would be in the archive. */
static void no_file_takes_the_number_of_a_closed_standard_stream(void **state)
{
	struct place *p = *state;
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct fiche_writer *w = NULL;
		int r;

		for (int fd = 0; fd <= 2; fd++)
			(void)close(fd);
		r = fiche_writer_open(
			&w, p->path,
			&(struct fiche_writer_options){ .mode = FICHE_APPEND },
			NULL);
		for (int fd = 0; fd <= 2; fd++)
			if (r == 0 && write(fd, "a message", 9) >= 0)
				child_end(1);
		child_end(r == 0 && add_and_commit(w) == 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(fiche_verify(p->path, NULL,
	                              &(struct fiche_verify_report){ 0 }, NULL),
	                 0);
}

static void a_second_writer_is_refused_and_the_first_goes_on(void **state)
{
	struct place *p = *state;
	struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	struct fiche_writer *w, *second;
	struct fiche_error err = { 0 };

	assert_int_equal(fiche_writer_open(&w, p->path, &opt, &err), 0);
	assert_int_equal(fiche_writer_open(&second, p->path, &opt, &err),
	                 FICHE_ERR_BUSY);
	assert_null(second);
	assert_int_equal(
		fiche_writer_add_json(w, "{\"text\":\"new\"}", 14, NULL, &err),
		0);
	assert_int_equal(fiche_writer_commit(w, &err), 0);
	fiche_writer_close(w);
	assert_int_equal(fiche_writer_open(&second, p->path, &opt, &err), 0);
	fiche_writer_close(second);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_goes_on_while_the_archive_grows),
		TEST(a_reader_goes_on_when_another_file_takes_the_name),
		TEST(a_reader_goes_on_when_the_name_is_removed),
		TEST(a_file_that_is_cut_short_gives_errors_and_no_other_bytes),
		TEST(a_writer_does_not_commit_to_a_file_that_lost_its_name),
		TEST(a_writer_does_not_commit_when_another_file_has_the_name),
		TEST(a_writer_does_not_commit_to_a_file_that_was_renamed),
		TEST(two_names_of_a_file_have_one_lock),
		TEST(the_lock_outlives_children_and_other_descriptors),
		TEST(no_file_takes_the_number_of_a_closed_standard_stream),
		TEST(a_second_writer_is_refused_and_the_first_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
