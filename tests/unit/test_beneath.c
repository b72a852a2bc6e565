/* SPDX-License-Identifier: Apache-2.0 */
/* test_beneath.c - nothing is made outside a folder, with the kernel's help and
 * without. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/call_filter.h"
#include "export/beneath.h"

#define OPENAT2 437

static char root[] = "/tmp/fiche-beneath.XXXXXX";
static char box[64];

/* Beside the folder lies another, and links lead there. */
static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(root) || chdir(root) != 0)
		return -1;
	(void)snprintf(box, sizeof(box), "%s/box", root);
	if (mkdir("box", 0700) != 0 || mkdir("box/sub", 0700) != 0 ||
	    mkdir("beside", 0700) != 0 || symlink(root, "link") != 0 ||
	    symlink("../beside", "box/relative") != 0 ||
	    symlink("sub", "box/inner") != 0 ||
	    symlink("../beside/dangling", "box/dangling") != 0)
		return -1;
	return symlink("/proc/self/cwd", "box/magic");
}

static int tear_down(void **state)
{
	static const char *const links[] = {
		"link",         "box/relative", "box/inner",
		"box/dangling", "box/magic",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		(void)unlink(links[i]);
	return rmdir("box/sub") == 0 && rmdir("box") == 0 &&
	                       rmdir("beside") == 0 && rmdir(root) == 0
	               ? 0
	               : -1;
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const names[] = {
		"../beside/x",
		"..",
		"sub/../../beside/x",
		"/tmp/x",
		"relative/x",
		"dangling",
		"inner/x",
		"magic/x",
		"sub/../x/../../beside/x",
		"",
		".",
		"nothing/x",
		"sub//../../beside/x",
	};
	struct stat st;
	int folder = beneath_open(box);

	(void)state;
	assert_true(folder >= 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int fd = beneath_create(folder, names[i]);

		if (fd >= 0)
			fail_msg("'%s' was made", names[i]);
		if (strcmp(names[i], "dangling") != 0 &&
		    beneath_mkdir(folder, names[i]) == 0)
			fail_msg("folder '%s' was made", names[i]);
	}
	assert_int_equal(close(folder), 0);
	/* What a folder holds: itself, and its folders. */
	assert_int_equal(stat("beside", &st), 0);
	assert_int_equal(st.st_nlink, 2);
	assert_int_not_equal(access("beside/x", F_OK), 0);
	assert_int_not_equal(access("beside/dangling", F_OK), 0);
}

static void files_and_folders_are_made_inside(void **state)
{
	int folder = beneath_open(box);
	int fd;

	(void)state;
	fd = beneath_create(folder, "plain");
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(beneath_mkdir(folder, "sub/deep"), 0);
	fd = beneath_create(folder, "sub/deep/file");
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(close(fd), 0);
	/* Nothing is replaced. */
	assert_int_equal(beneath_create(folder, "plain"), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(beneath_mkdir(folder, "sub"), -1);
	assert_int_equal(errno, EEXIST);
	assert_int_equal(close(folder), 0);
	assert_int_equal(unlink("box/plain"), 0);
	assert_int_equal(unlink("box/sub/deep/file"), 0);
	assert_int_equal(rmdir("box/sub/deep"), 0);
}

static void a_folder_that_is_a_link_is_not_begun_with(void **state)
{
	(void)state;
	assert_int_equal(beneath_open("link"), -1);
	assert_int_equal(beneath_open("box/relative"), -1);
}

static void no_openat2(enum call_verdict verdict)
{
	static const int calls[] = { OPENAT2 };
	static struct call_filter f;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	call_filter_begin(&f);
	call_filter_list(&f, calls, 1, verdict);
	if (call_filter_end(&f, CALL_ALLOW, NULL) != 0)
		_exit(77);
}

/* In a process of its own, as there is no way back. */
static void without(enum call_verdict verdict)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		no_openat2(verdict);
		names_that_lead_elsewhere_are_refused(NULL);
		files_and_folders_are_made_inside(NULL);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77);
}

static void an_old_kernel_does_the_same(void **state)
{
	(void)state;
	without(CALL_UNKNOWN);
}

static void a_container_that_forbids_it_does_the_same(void **state)
{
	(void)state;
	without(CALL_REFUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(files_and_folders_are_made_inside),
		cmocka_unit_test(a_folder_that_is_a_link_is_not_begun_with),
		cmocka_unit_test(an_old_kernel_does_the_same),
		cmocka_unit_test(a_container_that_forbids_it_does_the_same),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
