/* SPDX-License-Identifier: Apache-2.0 */
/* child.c - two descriptors and a process; see child.h. */

/* pipe2() is Linux, not POSIX. */
#define _GNU_SOURCE 1

#include "ingest/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

#define WAIT_MS    200
#define REAP_TRIES 200 /* of 10 ms, for a process that said its last */

/* posix_spawn() takes char * and does not write through it. */
union argument {
	const char *text;
	char *arg;
};

/* Its environment is no business of a process that may be taken over; where
 * its libraries are, it must know. */
static int spawn(pid_t *pid, const char *program, const char *option,
                 const char *kind, int in, int out)
{
	union argument argv[4] = {
		{ program }, { option }, { kind }, { NULL }
	};
	const char *libraries = getenv("LD_LIBRARY_PATH");
	union argument envp[3] = { { "TZ=UTC0" }, { NULL }, { NULL } };
	posix_spawn_file_actions_t fds;
	struct buf path = { 0 };
	int e;

	if (libraries != NULL) {
		buf_printf(&path, "LD_LIBRARY_PATH=%s", libraries);
		buf_u8(&path, '\0');
		if (buf_ok(&path))
			envp[1].text = (const char *)path.ptr;
	}
	e = posix_spawn_file_actions_init(&fds);
	if (e != 0) {
		buf_done(&path);
		return e;
	}
	e = posix_spawn_file_actions_adddup2(&fds, in, STDIN_FILENO);
	if (e == 0)
		e = posix_spawn_file_actions_adddup2(&fds, out, STDOUT_FILENO);
	if (e == 0)
		e = posix_spawn_file_actions_addopen(&fds, STDERR_FILENO,
		                                     "/dev/null", O_WRONLY, 0);
	if (e == 0)
		e = posix_spawn(pid, program, &fds, NULL, &argv[0].arg,
		                &envp[0].arg);
	(void)posix_spawn_file_actions_destroy(&fds);
	buf_done(&path);
	return e;
}

static int fork_work(pid_t *pid, int (*work)(const char *kind),
                     const char *kind, int in, int out, const int ours[2])
{
	*pid = fork();
	if (*pid < 0)
		return errno;
	if (*pid > 0)
		return 0;
	/* It would wait for the end of what it could send itself. */
	(void)close(ours[0]);
	(void)close(ours[1]);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(1);
	_exit(work(kind));
}

static void drop(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int child_start(struct child *c, const char *program, const char *option,
                const char *kind, int (*work)(const char *kind), int file,
                struct fiche_error *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid = 0;
	int e = 0;

	*c = (struct child){ .to = -1, .from = -1 };
	/* A socket, as writing to one can be told not to raise SIGPIPE. */
	if (pipe2(out, O_CLOEXEC) != 0 ||
	    (file < 0 &&
	     socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0))
		e = errno;
	else if (program != NULL)
		e = spawn(&pid, program, option, kind, file < 0 ? in[0] : file,
		          out[1]);
	else
		e = fork_work(&pid, work, kind, file < 0 ? in[0] : file, out[1],
		              (int[2]){ in[1], out[0] });
	drop(&in[0]);
	drop(&out[1]);
	if (e != 0) {
		drop(&in[1]);
		drop(&out[0]);
		return err_sys(err, e, "its reader cannot be started");
	}
	c->pid = pid;
	c->to = in[1];
	c->from = out[0];
	return 0;
}

int child_wait(const struct child *c, bool *readable, bool *writable,
               struct fiche_error *err)
{
	struct pollfd p[2] = {
		{ .fd = c->from, .events = POLLIN },
		{ .fd = writable != NULL ? c->to : -1, .events = POLLOUT },
	};
	int n = poll(p, 2, WAIT_MS);

	*readable = false;
	if (writable != NULL)
		*writable = false;
	if (n < 0 && errno != EINTR && errno != EAGAIN)
		return err_sys(err, errno, "waiting failed");
	if (n <= 0)
		return 0;
	*readable = p[0].revents != 0;
	if (writable != NULL)
		*writable = p[1].revents != 0;
	return 0;
}

size_t child_send(struct child *c, const uint8_t *ptr, size_t len)
{
	ssize_t n;

	do
		n = send(c->to, ptr, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return (size_t)n;
	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		child_send_end(c);
	return 0;
}

void child_send_end(struct child *c)
{
	drop(&c->to);
}

int child_receive(struct child *c, uint8_t *out, size_t cap, size_t *got,
                  struct fiche_error *err)
{
	ssize_t n;

	do
		n = read(c->from, out, cap);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, errno, "its reader cannot be heard");
	if (n == 0) {
		drop(&c->from);
		return FICHE_END;
	}
	*got = (size_t)n;
	return 0;
}

/* One that closed its pipe is about to end by itself, or else it hangs. */
static bool reap(pid_t pid, int *status)
{
	const struct timespec moment = { 0, 10000000 };

	for (unsigned i = 0; i < REAP_TRIES; i++) {
		if (waitpid(pid, status, WNOHANG) != 0)
			return true;
		(void)nanosleep(&moment, NULL);
	}
	return false;
}

static void describe(int status, char *why, size_t cap)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		(void)snprintf(why, cap,
		               "was killed for a forbidden system call");
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		(void)snprintf(why, cap, "was killed as it took too long");
	else if (WIFSIGNALED(status))
		(void)snprintf(why, cap, "was killed by signal %d",
		               WTERMSIG(status));
	else
		(void)snprintf(why, cap, "ended too early");
}

void child_end(struct child *c, char *why, size_t cap)
{
	int status = 0;

	(void)snprintf(why, cap, "hangs");
	drop(&c->to);
	if (c->pid > 0) {
		if (c->from < 0 && reap(c->pid, &status)) {
			describe(status, why, cap);
		} else {
			(void)kill(c->pid, SIGKILL);
			while (waitpid(c->pid, &status, 0) < 0 &&
			       errno == EINTR)
				;
		}
	}
	drop(&c->from);
	c->pid = 0;
}
