/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.c - four layers, the next behind the one that failed: limits on
 * resources, no new privileges, Landlock without a single rule, and a list of
 * system calls.
 */

/* syscall() and the numbers of system calls are Linux. */
#define _GNU_SOURCE 1

#include "base/confine.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/call_filter.h"
#include "base/err.h"
#include "base/landlock.h"
#include "base/sanitizer.h"

/* ---- Limits -------------------------------------------------------- */

static int limit(int what, uint64_t to, struct fiche_error *err)
{
	struct rlimit r;

	if (getrlimit((__rlimit_resource_t)what, &r) != 0)
		return err_sys(err, errno, "limits cannot be read");
	if (r.rlim_max != RLIM_INFINITY && to > r.rlim_max)
		to = r.rlim_max;
	r.rlim_cur = r.rlim_max = (rlim_t)to;
	if (setrlimit((__rlimit_resource_t)what, &r) != 0)
		return err_sys(err, errno, "limits cannot be set");
	return 0;
}

static int set_limits(const struct confine *c, struct fiche_error *err)
{
	int r = limit(RLIMIT_CORE, 0, err);

	if (r == 0)
		r = limit(RLIMIT_FSIZE, 0, err);
	if (r == 0)
		r = limit(RLIMIT_NOFILE, 0, err);
	/* AddressSanitizer maps more than any limit. */
	if (r == 0 && !SANITIZED)
		r = limit(RLIMIT_AS, c->memory, err);
	if (r == 0 && c->cpu_seconds > 0)
		r = limit(RLIMIT_CPU, c->cpu_seconds, err);
	return r;
}

static void close_others(int from)
{
	long most;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)from, ~0u, 0) == 0)
		return;
#endif
	most = sysconf(_SC_OPEN_MAX);
	for (long fd = from; fd < most; fd++)
		(void)close((int)fd);
}

/* ---- Files --------------------------------------------------------- */

/* Without a single rule: no file has a name any more. */
static int set_landlock(unsigned *missing, struct fiche_error *err)
{
	struct landlock l;
	int r = landlock_begin(&l, err);

	if (r == 1)
		*missing |= CONFINE_LANDLOCK;
	return r == 0 ? landlock_end(&l, err) : r < 0 ? r : 0;
}

/* ---- System calls -------------------------------------------------- */

/* What parsing needs.  Nothing here has a name or another process in it. */
static const int allowed[] = {
	SYS_read,           SYS_write,         SYS_lseek,
	SYS_pread64,        SYS_close,         SYS_munmap,
	SYS_mremap,         SYS_madvise,       SYS_brk,
	SYS_futex,          SYS_exit,          SYS_exit_group,
	SYS_rt_sigreturn,   SYS_clock_gettime, SYS_gettimeofday,
	SYS_getrandom,
#if SANITIZED
	SYS_rt_sigprocmask, SYS_sigaltstack,   SYS_getpid,
	SYS_gettid,         SYS_sched_yield,
#endif
};

/* Allowed, but not for memory that can be run. */
static const int mapping[] = { SYS_mmap, SYS_mprotect };

/* What libraries try and can do without: tables for iconv, time zones, the
 * size of the memory, whether something is a terminal. */
static const int refused[] = {
#ifdef SYS_open
	SYS_open,
#endif
#ifdef SYS_stat
	SYS_stat,
#endif
#ifdef SYS_access
	SYS_access,
#endif
#ifdef SYS_readlink
	SYS_readlink,
#endif
	SYS_openat,     SYS_newfstatat,
	SYS_fstat,      SYS_faccessat,
	SYS_readlinkat, SYS_ioctl,
	SYS_fcntl,      SYS_sysinfo,
	SYS_uname,      SYS_sched_getaffinity,
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int set_calls(unsigned *missing, struct fiche_error *err)
{
	struct call_filter f;
	int r;

	call_filter_begin(&f);
	call_filter_list(&f, allowed, COUNT(allowed), CALL_ALLOW);
	call_filter_list(&f, refused, COUNT(refused), CALL_REFUSE);
	for (size_t i = 0; i < COUNT(mapping); i++)
		call_filter_bits(&f, mapping[i], 2, PROT_EXEC, CALL_REFUSE,
		                 CALL_ALLOW);
	r = call_filter_end(&f, CALL_KILL, err);
	if (r == 1)
		*missing |= CONFINE_SECCOMP;
	return r < 0 ? r : 0;
}

/* ---- All of it ----------------------------------------------------- */

int confine_self(const struct confine *c, unsigned *missing,
                 struct fiche_error *err)
{
	int r;

	*missing = 0;
	close_others(c->close_from);
	/* Before the limits: Landlock needs a descriptor for a moment. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_sys(err, errno, "privileges cannot be given up");
	r = set_landlock(missing, err);
	if (r == 0)
		r = set_limits(c, err);
	return r < 0 ? r : set_calls(missing, err);
}

const char *confine_lacks(unsigned missing)
{
	switch (missing) {
	case 0:
		return NULL;
	case CONFINE_LANDLOCK:
		return "confinement: no Landlock on this kernel";
	case CONFINE_SECCOMP:
		return "confinement: no filter of system calls here";
	default:
		return "confinement: no Landlock on this kernel, no filter of "
		       "system calls";
	}
}
