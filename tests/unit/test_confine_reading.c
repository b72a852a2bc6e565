/* SPDX-License-Identifier: Apache-2.0 */
/* test_confine_reading.c - what a process that reads archives gives up, and
 * what it still can do. */

/* syscall(), clone flags, mmap() of anonymous memory. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/call_filter.h"
#include "base/sanitizer.h"
#include "fiche/fiche.h"
#include "io/io.h"

#define ARTICLES 40

enum { DONE = 42, REFUSED };

static char root[] = "/tmp/fiche-confine.XXXXXX";
static char archive[64], other[64], inside[64], outside[64], folder[64];

/* ---- A process ----------------------------------------------------- */

struct box {
	bool writes;                /* it may make files in `folder` */
	bool scratches;             /* a scratch file is kept */
	void (*system_lacks)(void); /* makes this system a poorer one */
};

static unsigned enter(const struct box *box)
{
	const char *const files[] = { archive, "/tmp/fiche-not-there" };
	const char *const folders[] = { folder };
	const struct fiche_confine c = {
		.files = files,
		.file_count = 2,
		.folders = folders,
		.folder_count = box->writes ? 1 : 0,
		.scratch = box->scratches ? archive : NULL,
	};

	if (box->system_lacks)
		box->system_lacks();
	return fiche_confine(&c);
}

/* How a process ended that did this confined, as wait() tells it. */
static int run(const struct box *box, int (*attempt)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)enter(box);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static const struct box reader = { false, false, NULL };
static const struct box maker = { true, false, NULL };
static const struct box verifier = { false, true, NULL };

static void assert_exit(int status, int code)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), code);
}

static void assert_both(int (*attempt)(void), int code)
{
	assert_exit(run(&reader, attempt), code);
	assert_exit(run(&maker, attempt), code);
}

static void assert_fatal(int (*attempt)(void))
{
	int status = run(&reader, attempt);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	status = run(&maker, attempt);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

/* ---- Attempts ------------------------------------------------------ */

static int done_if(bool yes)
{
	return yes ? DONE : REFUSED;
}

static int opened(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	return done_if(fd >= 0);
}

static int read_every_article(void)
{
	struct fiche_reader *r = NULL;
	struct fiche_article a;
	struct fiche_view *v;
	uint64_t i = 0;

	if (fiche_reader_open(&r, archive, NULL, NULL) != 0)
		return REFUSED;
	v = fiche_view_new(r);
	while (i < ARTICLES && fiche_view_article(v, i, &a, NULL) == 0)
		i++;
	fiche_view_free(v);
	fiche_reader_close(r);
	return done_if(i == ARTICLES);
}

static int verify_with_threads(void)
{
	struct fiche_verify_options opt = { .threads = 4 };
	struct fiche_verify_report report;

	return done_if(fiche_verify(archive, &opt, &report, NULL) == 0);
}

static int repair_into_the_folder(void)
{
	const char *const copies[] = { archive };
	struct fiche_repair_options opt = { 0 };
	struct fiche_repair_report report;
	char out[80];

	(void)snprintf(out, sizeof(out), "%s/repaired", folder);
	return done_if(fiche_repair(copies, 1, out, &opt, &report, NULL) == 0);
}

static int append_in_the_folder(void)
{
	struct fiche_writer_options opt = { .mode = FICHE_CREATE };
	struct fiche_writer *w = NULL;
	static const char line[] = "{\"title\":\"one\"}";
	char out[80];
	int r;

	(void)snprintf(out, sizeof(out), "%s/written", folder);
	r = fiche_writer_open(&w, out, &opt, NULL);
	if (r == 0)
		r = fiche_writer_add_json(w, line, strlen(line), NULL, NULL);
	if (r == 0)
		r = fiche_writer_commit(w, NULL);
	fiche_writer_close(w);
	return done_if(r == 0);
}

#define SCRATCH_FILES 5
#define SCRATCH_BYTES 100000

/* Another sequence of bytes for each. */
static uint8_t pattern(size_t file, size_t at)
{
	return (uint8_t)(at * 7 + at / 251 + file * 31);
}

static bool fill(struct io_file *f, size_t file, size_t len)
{
	uint8_t bytes[1000];
	int r = 0;

	for (size_t at = 0; r == 0 && at < len; at += sizeof(bytes)) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = pattern(file, at + i);
		r = io_write(f, at, bytes, sizeof(bytes), NULL);
	}
	return r == 0;
}

static bool is_filled(struct io_file *f, size_t file, size_t len)
{
	uint64_t size;
	uint8_t byte;

	if (io_size(f, &size, NULL) < 0 || size != len ||
	    io_read(f, len, &byte, 1, NULL) == 0)
		return false;
	for (size_t at = 0; at < len; at += 997)
		if (io_read(f, at, &byte, 1, NULL) < 0 ||
		    byte != pattern(file, at))
			return false;
	return true;
}

static int use_scratch_files(void)
{
	struct io_file *f[SCRATCH_FILES] = { NULL };
	bool right = true;

	for (size_t i = 0; i < SCRATCH_FILES; i++)
		if (io_open(io_posix(), archive, IO_SCRATCH, &f[i], NULL) < 0)
			return REFUSED;
	for (size_t i = 0; i < SCRATCH_FILES; i++)
		right = right && fill(f[i], i, SCRATCH_BYTES);
	for (size_t i = 0; i < SCRATCH_FILES; i++)
		right = right && is_filled(f[i], i, SCRATCH_BYTES);
	/* One is used again: it begins empty. */
	io_close(f[2]);
	right = right &&
	        io_open(io_posix(), archive, IO_SCRATCH, &f[2], NULL) == 0 &&
	        is_filled(f[2], 9, 0) && fill(f[2], 9, 3000) &&
	        is_filled(f[2], 9, 3000) && is_filled(f[3], 3, SCRATCH_BYTES);
	return done_if(right);
}

static int make_a_nameless_file_outside(void);

static int make_a_file_of_its_own(void)
{
	return done_if(use_scratch_files() == DONE &&
	               make_a_nameless_file_outside() == DONE);
}

static void *nothing(void *arg)
{
	return arg;
}

static int start_threads(void)
{
	pthread_t id[8];

	for (size_t i = 0; i < 8; i++)
		if (pthread_create(&id[i], NULL, nothing, NULL) != 0)
			return REFUSED;
	for (size_t i = 0; i < 8; i++)
		(void)pthread_join(id[i], NULL);
	return DONE;
}

static int count_processors(void)
{
	return done_if(sysconf(_SC_NPROCESSORS_ONLN) > 0);
}

static int print(void)
{
	FILE *f = fdopen(dup(STDERR_FILENO), "w");

	/* dup() is not needed, and so not there. */
	return done_if(!f && errno != 0 && write(STDERR_FILENO, "", 0) == 0);
}

static int abort_itself(void)
{
	abort();
}

static int read_another_file(void)
{
	return opened(other, O_RDONLY);
}

static int read_a_system_file(void)
{
	return opened("/etc/passwd", O_RDONLY);
}

static int read_a_process(void)
{
	return opened("/proc/self/mem", O_RDONLY);
}

static int write_the_archive(void)
{
	return done_if(opened(archive, O_WRONLY) == DONE ||
	               opened(archive, O_RDWR) == DONE ||
	               opened(archive, O_RDONLY | O_TRUNC) == DONE);
}

static int make_a_file_outside(void)
{
	return opened(outside, O_WRONLY | O_CREAT | O_EXCL);
}

static int make_a_nameless_file_outside(void)
{
	return opened(root, O_RDWR | O_TMPFILE);
}

static int remove_the_archive(void)
{
	return done_if(unlink(archive) == 0);
}

static int rename_the_archive(void)
{
	return done_if(rename(archive, outside) == 0);
}

static int make_a_file_inside(void)
{
	return done_if(opened(inside, O_WRONLY | O_CREAT | O_EXCL) == DONE &&
	               unlink(inside) == 0);
}

static int make_a_link_out(void)
{
	return done_if(symlink("/etc", inside) == 0);
}

static int type_into_the_terminal(void)
{
	return done_if(ioctl(STDIN_FILENO, TIOCSTI, "x") == 0 ||
	               errno != EPERM);
}

static int make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return done_if(p != MAP_FAILED);
}

static int turn_into_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return done_if(p == MAP_FAILED ||
	               mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int leave_a_core_file(void)
{
	struct rlimit r = { 1, 1 };

	/* setrlimit() is not there to take it back. */
	return done_if(setrlimit(RLIMIT_CORE, &r) == 0);
}

static int call_of_tomorrow(void)
{
	return done_if(syscall(1000000) == -1 && errno == ENOSYS);
}

static int make_a_socket(void)
{
	return done_if(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int make_a_local_socket(void)
{
	int fds[2];

	return done_if(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
}

static int connect_somewhere(void)
{
	return done_if(connect(STDIN_FILENO, NULL, 0) == 0);
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
	return done_if(pid > 0);
}

static int watch_the_parent(void)
{
	return done_if(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0);
}

static int read_the_parent(void)
{
	return done_if(syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0,
	                       0) == 0);
}

static int signal_another(void)
{
	return done_if(kill(getpid(), 0) == 0);
}

static int start_a_ring(void)
{
	return done_if(syscall(SYS_io_uring_setup, 1, NULL) >= 0);
}

/* ---- Tests --------------------------------------------------------- */

static void an_archive_is_read_as_before(void **state)
{
	(void)state;
	assert_both(read_every_article, DONE);
	assert_both(verify_with_threads, DONE);
	assert_both(start_threads, DONE);
	assert_both(count_processors, DONE);
	assert_both(print, DONE);
}

static void archives_are_made_in_the_folder_that_was_named(void **state)
{
	(void)state;
	assert_exit(run(&reader, repair_into_the_folder), REFUSED);
	assert_exit(run(&maker, repair_into_the_folder), DONE);
	assert_exit(run(&reader, append_in_the_folder), REFUSED);
	assert_exit(run(&maker, append_in_the_folder), DONE);
	assert_exit(run(&reader, make_a_file_inside), REFUSED);
	assert_exit(run(&maker, make_a_file_inside), DONE);
}

static void scratch_files_share_one_that_was_made_before(void **state)
{
	(void)state;
	assert_exit(run(&verifier, use_scratch_files), DONE);
	assert_exit(run(&verifier, make_a_file_of_its_own), REFUSED);
	assert_exit(run(&verifier, make_a_file_inside), REFUSED);
	assert_exit(run(&verifier, write_the_archive), REFUSED);
	assert_exit(run(&verifier, verify_with_threads), DONE);
	assert_exit(run(&reader, use_scratch_files), REFUSED);
}

static void no_other_file_is_opened(void **state)
{
	(void)state;
	assert_both(read_another_file, REFUSED);
	assert_both(read_a_system_file, REFUSED);
	assert_both(read_a_process, REFUSED);
	assert_both(write_the_archive, REFUSED);
	assert_both(make_a_file_outside, REFUSED);
	assert_both(make_a_nameless_file_outside, REFUSED);
	assert_both(remove_the_archive, REFUSED);
	assert_both(rename_the_archive, REFUSED);
	assert_both(make_a_link_out, REFUSED);
	assert_int_equal(access(archive, R_OK), 0);
	assert_int_not_equal(access(outside, F_OK), 0);
}

static void what_no_reader_does_is_fatal(void **state)
{
	(void)state;
	assert_fatal(make_a_socket);
	assert_fatal(make_a_local_socket);
	assert_fatal(connect_somewhere);
	assert_fatal(run_a_program);
	assert_fatal(make_a_process);
	assert_fatal(watch_the_parent);
	assert_fatal(read_the_parent);
	assert_fatal(signal_another);
	assert_fatal(start_a_ring);
}

static void what_nobody_needs_is_not_there(void **state)
{
	(void)state;
	assert_both(make_code, REFUSED);
	assert_both(turn_into_code, REFUSED);
	assert_both(type_into_the_terminal, REFUSED);
	assert_both(leave_a_core_file, REFUSED);
	assert_both(call_of_tomorrow, DONE);
}

static void a_failed_assertion_still_says_so(void **state)
{
	int status = run(&reader, abort_itself);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_false(WCOREDUMP(status));
}

/* ---- Poorer systems ------------------------------------------------ */

/* A kernel without Landlock, or a container that does not know of it. */
static void without_landlock(enum call_verdict verdict)
{
	static const int calls[] = { 444, 445, 446 };
	static struct call_filter f;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	call_filter_begin(&f);
	call_filter_list(&f, calls, 3, verdict);
	if (call_filter_end(&f, CALL_ALLOW, NULL) != 0)
		_exit(1);
}

static void landlock_is_unknown(void)
{
	without_landlock(CALL_UNKNOWN);
}

static void landlock_is_refused(void)
{
	without_landlock(CALL_REFUSE);
}

static void filters_are_refused(void)
{
	static const unsigned privileges[] = { PR_SET_NO_NEW_PRIVS };
	static struct call_filter f;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	call_filter_begin(&f);
	call_filter_values(&f, SYS_prctl, 0, privileges, 1);
	if (call_filter_end(&f, CALL_ALLOW, NULL) != 0)
		_exit(1);
}

static void nothing_can_be_given_up(void)
{
	static const int calls[] = { SYS_prctl };
	static struct call_filter f;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	call_filter_begin(&f);
	call_filter_list(&f, calls, 1, CALL_REFUSE);
	if (call_filter_end(&f, CALL_ALLOW, NULL) != 0)
		_exit(1);
}

static void what_the_system_lacks_is_told_and_the_rest_is_done(void **state)
{
	static const struct {
		void (*system)(void);
		unsigned lacks;
		int other_file, a_socket;
	} rows[] = {
		{ landlock_is_unknown, FICHE_LACKS_LANDLOCK, DONE, 0 },
		{ landlock_is_refused, FICHE_LACKS_LANDLOCK, DONE, 0 },
		{ filters_are_refused, FICHE_LACKS_SECCOMP, REFUSED, DONE },
		{ nothing_can_be_given_up,
		  FICHE_LACKS_LANDLOCK | FICHE_LACKS_SECCOMP, DONE, DONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct box box = { false, false, rows[i].system };
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit((int)enter(&box));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_exit(status, (int)rows[i].lacks);
		assert_exit(run(&box, read_every_article), DONE);
		assert_exit(run(&box, read_another_file), rows[i].other_file);
		status = run(&box, make_a_socket);
		if (rows[i].a_socket)
			assert_exit(status, rows[i].a_socket);
		else
			assert_true(WIFSIGNALED(status));
		/* Opening to write needs both layers to be missing. */
		if (rows[i].lacks == FICHE_LACKS_LANDLOCK)
			assert_exit(run(&box, make_a_file_outside), REFUSED);
	}
}

/* ---- Ground -------------------------------------------------------- */

static int make_archive(void)
{
	struct fiche_writer_options opt = { .mode = FICHE_CREATE, .level = 1 };
	struct fiche_writer *w = NULL;
	struct buf line = { 0 };
	int r = fiche_writer_open(&w, archive, &opt, NULL);

	for (size_t i = 0; i < ARTICLES && r == 0; i++) {
		buf_clear(&line);
		buf_text(&line, "{\"id\":\"");
		buf_u8(&line, (uint8_t)('0' + i / 10));
		buf_u8(&line, (uint8_t)('0' + i % 10));
		buf_text(&line, "\",\"title\":\"A bridge\"}");
		r = fiche_writer_add_json(w, (const char *)line.ptr, line.len,
		                          NULL, NULL);
	}
	if (r == 0)
		r = fiche_writer_commit(w, NULL);
	fiche_writer_close(w);
	buf_done(&line);
	return r;
}

static int set_up(void **state)
{
	unsigned lacks;
	pid_t pid;
	int status;

	(void)state;
	if (SANITIZED) {
		(void)printf("a build with a sanitizer is not confined\n");
		exit(77);
	}
	pid = fork();
	if (pid == 0)
		_exit((int)enter(&reader));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	lacks = (unsigned)WEXITSTATUS(status);
	if (lacks > 0) {
		(void)printf("this kernel cannot confine all of it (%u)\n",
		             lacks);
		exit(77);
	}
	if (!mkdtemp(root))
		return -1;
	(void)snprintf(archive, sizeof(archive), "%s/archive", root);
	(void)snprintf(other, sizeof(other), "%s/other", root);
	(void)snprintf(outside, sizeof(outside), "%s/outside", root);
	(void)snprintf(folder, sizeof(folder), "%s/folder", root);
	(void)snprintf(inside, sizeof(inside), "%s/folder/inside", root);
	if (mkdir(folder, 0700) != 0 ||
	    opened(other, O_WRONLY | O_CREAT) != DONE || make_archive() != 0)
		return -1;
	return 0;
}

static int tear_down(void **state)
{
	char path[80];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/repaired", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/written", folder);
	(void)unlink(path);
	(void)unlink(archive);
	(void)unlink(other);
	(void)unlink(inside);
	(void)unlink(outside);
	(void)rmdir(folder);
	return rmdir(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_is_read_as_before),
		cmocka_unit_test(
			archives_are_made_in_the_folder_that_was_named),
		cmocka_unit_test(scratch_files_share_one_that_was_made_before),
		cmocka_unit_test(no_other_file_is_opened),
		cmocka_unit_test(what_no_reader_does_is_fatal),
		cmocka_unit_test(what_nobody_needs_is_not_there),
		cmocka_unit_test(a_failed_assertion_still_says_so),
		cmocka_unit_test(
			what_the_system_lacks_is_told_and_the_rest_is_done),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
