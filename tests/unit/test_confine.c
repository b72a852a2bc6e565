/* SPDX-License-Identifier: Apache-2.0 */
/* test_confine.c - what a confined process can no longer do. */

/* syscall(), mmap() of anonymous memory. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/confine.h"
#include "base/sanitizer.h"

enum { DONE = 42, REFUSED, NOT_CONFINED };

static unsigned lacks; /* the layers this system has not */

/* Run `attempt` confined; how the process ended, as wait() tells it. */
static int confined(int (*attempt)(void))
{
	struct confine c = { .memory = (uint64_t)256 << 20,
		             .cpu_seconds = 60,
		             .close_from = 3 };
	unsigned missing;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (confine_self(&c, &missing, NULL) < 0)
			_exit(NOT_CONFINED);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void assert_exit(int status, int code)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}

static void assert_killed(int status)
{
	if (lacks & CONFINE_SECCOMP)
		skip();
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

static int read_and_compute(void)
{
	char *block = malloc(1 << 20);
	char *grown = block != NULL ? realloc(block, 8 << 20) : NULL;
	int fds_work = write(STDOUT_FILENO, "", 0) == 0;

	if (grown == NULL || !fds_work)
		return REFUSED;
	memset(grown, 1, 8 << 20);
	free(grown);
	return DONE;
}

static int open_to_read(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? REFUSED : DONE;
}

static int open_to_write(void)
{
	return open("/tmp/fiche-confined", O_WRONLY | O_CREAT, 0600) < 0
	               ? REFUSED
	               : DONE;
}

static int look_at_a_name(void)
{
	struct stat st;

	return stat("/etc/passwd", &st) != 0 ? REFUSED : DONE;
}

static int make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? REFUSED : DONE;
}

static int turn_into_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return DONE;
	return mprotect(p, 4096, PROT_READ | PROT_EXEC) != 0 ? REFUSED : DONE;
}

static int make_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? REFUSED : DONE;
}

static int make_a_local_socket(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0 ? REFUSED : DONE;
}

static int run_a_program(void)
{
	char name[] = "true";
	char *argv[] = { name, NULL };

	(void)execv("/bin/true", argv);
	return REFUSED;
}

static int make_a_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0 ? REFUSED : DONE;
}

static int watch_the_parent(void)
{
	return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0 ? REFUSED
	                                                         : DONE;
}

static int signal_the_parent(void)
{
	return kill(getppid(), 0) != 0 ? REFUSED : DONE;
}

static int remove_a_file(void)
{
	return unlink("/tmp/fiche-confined") != 0 ? REFUSED : DONE;
}

static int link_descriptors(void)
{
	return dup(STDIN_FILENO) < 0 ? REFUSED : DONE;
}

static int use_an_old_descriptor(void)
{
	char c;

	return read(9, &c, 1) < 0 && errno == EBADF ? REFUSED : DONE;
}

static int take_too_much_memory(void)
{
	void *p = mmap(NULL, (size_t)1 << 30, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? REFUSED : DONE;
}

static void it_can_compute_with_what_it_has(void **state)
{
	(void)state;
	assert_exit(confined(read_and_compute), DONE);
}

static void it_cannot_open_or_name_a_file(void **state)
{
	(void)state;
	assert_exit(confined(open_to_read), REFUSED);
	assert_exit(confined(open_to_write), REFUSED);
	if (!(lacks & CONFINE_SECCOMP))
		assert_exit(confined(look_at_a_name), REFUSED);
	assert_int_not_equal(access("/tmp/fiche-confined", F_OK), 0);
}

static void it_cannot_make_code(void **state)
{
	(void)state;
	if (lacks & CONFINE_SECCOMP)
		skip();
	assert_exit(confined(make_code), REFUSED);
	assert_exit(confined(turn_into_code), REFUSED);
}

static void what_no_parser_does_is_fatal(void **state)
{
	(void)state;
	assert_killed(confined(make_a_socket));
	assert_killed(confined(make_a_local_socket));
	assert_killed(confined(run_a_program));
	assert_killed(confined(make_a_process));
	assert_killed(confined(watch_the_parent));
	assert_killed(confined(signal_the_parent));
	assert_killed(confined(remove_a_file));
	assert_killed(confined(link_descriptors));
}

static void other_descriptors_are_closed(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, 9), 9);
	assert_exit(confined(use_an_old_descriptor), REFUSED);
	assert_int_equal(close(9), 0);
	assert_int_equal(close(fd), 0);
}

static void memory_is_limited(void **state)
{
	(void)state;
	if (SANITIZED)
		skip(); /* it maps more than any limit */
	assert_exit(confined(take_too_much_memory), REFUSED);
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	assert_null(confine_lacks(0));
	assert_string_equal(confine_lacks(CONFINE_LANDLOCK),
	                    "confinement: no Landlock on this kernel");
	assert_non_null(confine_lacks(CONFINE_SECCOMP));
	assert_non_null(confine_lacks(CONFINE_SECCOMP | CONFINE_LANDLOCK));
}

static int find_lacks(void **state)
{
	struct confine c = { .memory = (uint64_t)1 << 30, .close_from = 3 };
	unsigned missing;
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid < 0)
		return -1;
	if (pid == 0)
		_exit(confine_self(&c, &missing, NULL) < 0 ? NOT_CONFINED
		                                           : (int)missing);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) == NOT_CONFINED)
		return -1;
	lacks = (unsigned)WEXITSTATUS(status);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_can_compute_with_what_it_has),
		cmocka_unit_test(it_cannot_open_or_name_a_file),
		cmocka_unit_test(it_cannot_make_code),
		cmocka_unit_test(what_no_parser_does_is_fatal),
		cmocka_unit_test(other_descriptors_are_closed),
		cmocka_unit_test(memory_is_limited),
		cmocka_unit_test(what_is_missing_is_named),
	};

	return cmocka_run_group_tests(tests, find_lacks, NULL);
}
