/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.c - four layers, the next behind the one that failed: limits on
 * resources, no new privileges, Landlock without a single rule, and a list of
 * system calls.
 */

/* syscall(), PROT_ flags and the numbers of system calls are Linux. */
#define _GNU_SOURCE 1

#include "base/confine.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/err.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

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

/* ---- Landlock ------------------------------------------------------ */

/* Kept here, as headers are often older than kernels.  The numbers are the same
 * for all processors. */
#define LANDLOCK_CREATE   444
#define LANDLOCK_RESTRICT 446
#define LANDLOCK_ABI_ASK  1u

struct landlock_handled {
	uint64_t files; /* what may be forbidden, as bits */
	uint64_t net;
	uint64_t scopes;
};

/* What each version of the interface knows of. */
static size_t landlock_fill(struct landlock_handled *h, long abi)
{
	unsigned file_bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;

	h->files = (UINT64_C(1) << file_bits) - 1;
	h->net = abi >= 4 ? 3 : 0;    /* TCP: bind and connect */
	h->scopes = abi >= 6 ? 3 : 0; /* abstract sockets, signals */
	return abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
}

static int set_landlock(unsigned *missing, struct fiche_error *err)
{
	struct landlock_handled h;
	long abi = syscall(LANDLOCK_CREATE, NULL, 0, LANDLOCK_ABI_ASK), fd;
	size_t size;
	int r = 0;

	if (abi < 1) {
		*missing |= CONFINE_LANDLOCK;
		return 0;
	}
	size = landlock_fill(&h, abi);
	fd = syscall(LANDLOCK_CREATE, &h, size, 0);
	if (fd < 0)
		return err_sys(err, errno, "Landlock refuses its rules");
	if (syscall(LANDLOCK_RESTRICT, (int)fd, 0) != 0)
		r = err_sys(err, errno, "Landlock cannot be put on");
	(void)close((int)fd);
	return r;
}

/* ---- System calls -------------------------------------------------- */

#if defined(__x86_64__)
#define PROCESSOR AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define PROCESSOR AUDIT_ARCH_AARCH64
#endif

#ifdef PROCESSOR

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
#define STEPS_MAX   128

_Static_assert(2 * (COUNT(allowed) + COUNT(refused)) + 5 * COUNT(mapping) + 8 <=
                       STEPS_MAX,
               "the filter has room for all its steps");

struct filter {
	struct sock_filter steps[STEPS_MAX];
	unsigned short len;
};

static void step(struct filter *f, unsigned code, unsigned k, unsigned char yes,
                 unsigned char no)
{
	f->steps[f->len++] = (struct sock_filter){
		.code = (unsigned short)code, .jt = yes, .jf = no, .k = k
	};
}

static void load(struct filter *f, size_t at)
{
	step(f, BPF_LD | BPF_W | BPF_ABS, (unsigned)at, 0, 0);
}

static void answer(struct filter *f, unsigned verdict)
{
	step(f, BPF_RET | BPF_K, verdict, 0, 0);
}

/* If what was loaded is `value`, the next step is taken, else `skip` are not.
 */
static void only_if(struct filter *f, unsigned value, unsigned char skip)
{
	step(f, BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip);
}

static void build(struct filter *f)
{
	const unsigned no = SECCOMP_RET_ERRNO | EPERM;

	f->len = 0;
	load(f, offsetof(struct seccomp_data, arch));
	step(f, BPF_JMP | BPF_JEQ | BPF_K, PROCESSOR, 1, 0);
	answer(f, SECCOMP_RET_KILL_PROCESS);
	/* The numbers of x32 are other ones, and stand in no list. */
	load(f, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < COUNT(allowed); i++) {
		only_if(f, (unsigned)allowed[i], 1);
		answer(f, SECCOMP_RET_ALLOW);
	}
	for (size_t i = 0; i < COUNT(refused); i++) {
		only_if(f, (unsigned)refused[i], 1);
		answer(f, no);
	}
	for (size_t i = 0; i < COUNT(mapping); i++) {
		only_if(f, (unsigned)mapping[i], 4);
		/* Little-endian: the low half of the argument stands first. */
		load(f, offsetof(struct seccomp_data, args[2]));
		step(f, BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
		answer(f, no);
		answer(f, SECCOMP_RET_ALLOW);
	}
	answer(f, SECCOMP_RET_KILL_PROCESS);
}

static int set_calls(unsigned *missing, struct fiche_error *err)
{
	struct filter f;
	struct sock_fprog program;

	build(&f);
	program.len = f.len;
	program.filter = f.steps;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return err_sys(err, errno, "system calls cannot be limited");
	*missing |= CONFINE_SECCOMP;
	return 0;
}

#else

static int set_calls(unsigned *missing, struct fiche_error *err)
{
	(void)err;
	*missing |= CONFINE_SECCOMP;
	return 0;
}

#endif

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
