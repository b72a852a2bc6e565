/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unconfined.c - a system that confines nothing, for tests/soak/coverage: what
 * counts lines writes its figures when a program ends, into files that a
 * confined one may not open.
 *
 * Loaded before libc, it answers like a kernel without Landlock and seccomp.
 */

/* syscall(), and RTLD_NEXT. */
#define _GNU_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

typedef long caller(long, long, long, long, long, long, long);

long syscall(long number, ...)
{
	caller *next = (caller *)dlsym(RTLD_NEXT, "syscall");
	long a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_landlock_create_ruleset) {
		errno = ENOSYS;
		return -1;
	}
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int prctl(int option, ...)
{
	caller *next = (caller *)dlsym(RTLD_NEXT, "syscall");
	long a[4];
	va_list list;

	va_start(list, option);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	if (option == PR_SET_SECCOMP) {
		errno = EINVAL;
		return -1;
	}
	return (int)next(SYS_prctl, option, a[0], a[1], a[2], a[3], 0);
}
