/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_filter.c - which system calls may still be made; see call_filter.h.
 *
 * The kernel goes through the whole filter once for each call that exists when
 * it is put on, so it is kept short: a list is one step a call.
 */

#include "base/call_filter.h"

#include <assert.h>
#include <errno.h>
#include <sys/prctl.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#include "base/err.h"

#if defined(__x86_64__)
#define PROCESSOR AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define PROCESSOR AUDIT_ARCH_AARCH64
#else
#define PROCESSOR 0 /* its numbers were never looked at */
#endif

static const unsigned verdicts[] = {
	[CALL_ALLOW] = SECCOMP_RET_ALLOW,
	[CALL_REFUSE] = SECCOMP_RET_ERRNO | EPERM,
	[CALL_UNKNOWN] = SECCOMP_RET_ERRNO | ENOSYS,
	[CALL_KILL] = SECCOMP_RET_KILL_PROCESS,
};

static void step(struct call_filter *f, unsigned code, unsigned k, size_t yes,
                 size_t no)
{
	assert(f->count < CALL_FILTER_STEPS && yes < 256 && no < 256);
	f->steps[f->count++] = (struct sock_filter){
		.code = (unsigned short)code,
		.jt = (unsigned char)yes,
		.jf = (unsigned char)no,
		.k = k,
	};
}

static void load(struct call_filter *f, size_t at)
{
	step(f, BPF_LD | BPF_W | BPF_ABS, (unsigned)at, 0, 0);
}

/* Little-endian: the lower half of an argument stands first. */
static void load_arg(struct call_filter *f, unsigned arg)
{
	load(f, offsetof(struct seccomp_data, args) + 8 * (size_t)arg);
}

static void answer(struct call_filter *f, enum call_verdict verdict)
{
	step(f, BPF_RET | BPF_K, verdicts[verdict], 0, 0);
}

/* If what was loaded is `value`, skip `yes` steps, else `no`. */
static void compare(struct call_filter *f, unsigned value, size_t yes,
                    size_t no)
{
	step(f, BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}

void call_filter_begin(struct call_filter *f)
{
	f->count = 0;
	load(f, offsetof(struct seccomp_data, arch));
	compare(f, PROCESSOR, 1, 0);
	answer(f, CALL_KILL);
	/* The numbers of x32 are other ones, and stand in no list. */
	load(f, offsetof(struct seccomp_data, nr));
}

void call_filter_list(struct call_filter *f, const int *calls, size_t count,
                      enum call_verdict verdict)
{
	/* Who fits jumps to the answer; the last that does not, over it. */
	for (size_t i = 0; i < count; i++)
		compare(f, (unsigned)calls[i], count - 1 - i, i + 1 == count);
	answer(f, verdict);
}

void call_filter_bits(struct call_filter *f, int call, unsigned arg,
                      unsigned bits, enum call_verdict with,
                      enum call_verdict without)
{
	compare(f, (unsigned)call, 0, 4);
	load_arg(f, arg);
	step(f, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
	answer(f, with);
	answer(f, without);
}

void call_filter_values(struct call_filter *f, int call, unsigned arg,
                        const unsigned *values, size_t count)
{
	compare(f, (unsigned)call, 0, count + 3);
	load_arg(f, arg);
	for (size_t i = 0; i < count; i++)
		compare(f, values[i], count - i, 0);
	answer(f, CALL_REFUSE);
	answer(f, CALL_ALLOW);
}

int call_filter_end(struct call_filter *f, enum call_verdict rest,
                    struct fiche_error *err)
{
	struct sock_fprog program = { .filter = f->steps };

	if (PROCESSOR == 0)
		return 1;
	answer(f, rest);
	program.len = (unsigned short)f->count;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return 0;
	if (errno == EINVAL || errno == ENOSYS)
		return 1;
	return err_sys(err, errno, "system calls cannot be limited");
}
