/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h - give up nearly everything, before bytes are parsed that may be
 * made to take a parser over.
 *
 * A process that did this can read and write the descriptors it has, take
 * memory, and end.  It cannot open or name a file, make a socket, start a
 * program, send a signal, or see other processes.  There is no way back.
 */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

/* Layers that a kernel may lack. */
enum {
	CONFINE_LANDLOCK = 1u << 0, /* no file has a name */
	CONFINE_SECCOMP = 1u << 1,  /* few system calls, others are fatal */
};

struct confine {
	uint64_t memory;      /* address space, in bytes */
	uint64_t cpu_seconds; /* 0: as many as are needed */
	int close_from;       /* descriptors from here on are closed */
};

/*
 * Confine the calling process, which must have one thread.  A layer that the
 * kernel does not have is left out and stands in *missing; all that it has
 * must succeed.  Afterwards opening a file fails with EPERM, as libraries try
 * it for good reasons; what no parser does (a socket, exec, ptrace) is fatal.
 *
 * Returns 0 or FICHE_ERR_IO; then the process is confined in part and must not
 * go on.
 */
int confine_self(const struct confine *c, unsigned *missing,
                 struct fiche_error *err);

/* "confinement: no Landlock on this kernel"; a static text, NULL if none is
 * missing. */
const char *confine_lacks(unsigned missing);

#endif
