/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.c - a process that only reads archives gives up the rest.
 *
 * Another list than in base/confine.c, which is for other people's parsers:
 * here the code is ours, opens the archive itself, starts threads, and prints.
 * What is in neither list is answered as if the kernel had no such call, which
 * every libc knows what to do about: programs shall run for longer than today's
 * libc.
 */

/* The numbers of system calls, CLONE_ flags, and F_OFD_SETLK are Linux. */
#define _GNU_SOURCE 1

#include "fiche/confine.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/call_filter.h"
#include "base/landlock.h"
#include "base/sanitizer.h"
#include "io/scratch.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

#define TERMINAL_2 0x802c542au /* TCGETS2, which no header of libc has */

/* Bytes and memory, threads and time, and looking at names. */
static const int reading[] = {
#ifdef SYS_stat
	SYS_stat,
	SYS_lstat,
	SYS_access,
#endif
	SYS_read,
	SYS_readv,
	SYS_pread64,
	SYS_write,
	SYS_writev,
	SYS_lseek,
	SYS_close,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statx,
	SYS_faccessat,
	SYS_fadvise64,
	SYS_munmap,
	SYS_mremap,
	SYS_madvise,
	SYS_brk,
	SYS_futex,
	SYS_set_robust_list,
	SYS_rseq,
	SYS_membarrier,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_sysinfo,
	SYS_geteuid,
	SYS_getpid,
	SYS_gettid,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_restart_syscall,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_gettimeofday,
	SYS_nanosleep,
	SYS_getrandom,
	SYS_getcwd,
	SYS_exit,
	SYS_exit_group,
};

/* And making files; where they may be is for Landlock to say. */
static const int writing[] = {
#ifdef SYS_open
	SYS_mkdir,    SYS_rmdir,      SYS_rename,    SYS_link,   SYS_unlink,
#endif
	SYS_mkdirat,  SYS_renameat,   SYS_renameat2, SYS_linkat, SYS_unlinkat,
	SYS_pwrite64, SYS_ftruncate,  SYS_fallocate, SYS_fsync,  SYS_fdatasync,
	SYS_syncfs,   SYS_getdents64,
};

/* A filter cannot see its flags. */
static const int opening_anyhow[] = { SYS_openat2 };

/* What only somebody else's code would do here. */
static const int hostile[] = {
#ifdef SYS_fork
	SYS_fork,
	SYS_vfork,
#endif
	SYS_execve,
	SYS_execveat,
	SYS_socket,
	SYS_socketpair,
	SYS_connect,
	SYS_bind,
	SYS_sendto,
	SYS_sendmsg,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kill,
	SYS_tkill,
	SYS_pidfd_open,
	SYS_mount,
	SYS_chroot,
	SYS_setuid,
	SYS_unshare,
	SYS_setns,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_keyctl,
	SYS_io_uring_setup,
	SYS_userfaultfd,
};

static const unsigned file_controls[] = {
	F_GETFD, F_SETFD, F_GETFL,  F_DUPFD_CLOEXEC,
	F_GETLK, F_SETLK, F_SETLKW, F_OFD_SETLK,
};

static const unsigned device_controls[] = { TCGETS, TERMINAL_2, TIOCGWINSZ };

/* ---- Layers -------------------------------------------------------- */

static unsigned confine_files(const struct fiche_confine *c, unsigned *version)
{
	struct landlock l;

	if (landlock_begin(&l, NULL) != 0)
		return FICHE_LACKS_LANDLOCK;
	*version = l.version;
	for (size_t i = 0; i < c->file_count; i++)
		landlock_read(&l, c->files[i]);
	for (size_t i = 0; i < c->folder_count; i++)
		landlock_write(&l, c->folders[i]);
	return landlock_end(&l, NULL) == 0 ? 0 : FICHE_LACKS_LANDLOCK;
}

/* Nothing here empties a file by opening it. */
static void add_opening(struct call_filter *f, bool writes)
{
	const unsigned never =
		O_TRUNC | (writes ? 0 : O_WRONLY | O_RDWR | O_CREAT);

	call_filter_bits(f, SYS_openat, 2, never, CALL_REFUSE, CALL_ALLOW);
#ifdef SYS_open
	call_filter_bits(f, SYS_open, 1, never, CALL_REFUSE, CALL_ALLOW);
#endif
}

/* No memory that can be run, no processes, no signals but to oneself, no typing
 * into the terminal. */
static void add_conditions(struct call_filter *f)
{
	const unsigned self = (unsigned)getpid();

	call_filter_bits(f, SYS_mmap, 2, PROT_EXEC, CALL_REFUSE, CALL_ALLOW);
	call_filter_bits(f, SYS_mprotect, 2, PROT_EXEC, CALL_REFUSE,
	                 CALL_ALLOW);
	call_filter_bits(f, SYS_clone, 0, CLONE_THREAD, CALL_ALLOW, CALL_KILL);
	call_filter_values(f, SYS_tgkill, 0, &self, 1);
	call_filter_values(f, SYS_fcntl, 1, file_controls,
	                   COUNT(file_controls));
	call_filter_values(f, SYS_ioctl, 1, device_controls,
	                   COUNT(device_controls));
}

static unsigned confine_calls(const struct fiche_confine *c, unsigned version)
{
	static const int to_scratch[] = { SYS_pwrite64 };
	bool writes = c->folder_count > 0;
	struct call_filter f;

	call_filter_begin(&f);
	call_filter_list(&f, reading, COUNT(reading), CALL_ALLOW);
	if (writes)
		call_filter_list(&f, writing, COUNT(writing), CALL_ALLOW);
	if (!writes && scratch_is_kept())
		call_filter_list(&f, to_scratch, COUNT(to_scratch), CALL_ALLOW);
	/* Before, Landlock lets files be emptied that may only be read. */
	if (writes && version >= LANDLOCK_TRUNCATES)
		call_filter_list(&f, opening_anyhow, COUNT(opening_anyhow),
		                 CALL_ALLOW);
	add_opening(&f, writes);
	add_conditions(&f);
	call_filter_list(&f, hostile, COUNT(hostile), CALL_KILL);
	return call_filter_end(&f, CALL_UNKNOWN, NULL) == 0
	               ? 0
	               : FICHE_LACKS_SECCOMP;
}

unsigned fiche_confine(const struct fiche_confine *c)
{
	static const struct rlimit none = { 0, 0 };
	unsigned lacks, version = 0;

	if (SANITIZED)
		return 0;
	if (c->scratch)
		(void)scratch_keep(c->scratch, NULL);
	(void)setrlimit(RLIMIT_CORE, &none);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return FICHE_LACKS_LANDLOCK | FICHE_LACKS_SECCOMP;
	lacks = confine_files(c, &version);
	return lacks | confine_calls(c, version);
}
