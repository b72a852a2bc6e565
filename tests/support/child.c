/* SPDX-License-Identifier: Apache-2.0 */
/* child.c - see child.h. */

/* seteuid() is POSIX, but not everywhere without being asked for. */
#define _GNU_SOURCE

#include "support/child.h"

#include <unistd.h>

/* Of libgcov; NULL where nothing is counted. */
void __gcov_dump(void) __attribute__((weak));

void child_end(int code)
{
	/* The files of the figures are the user's own. */
	if (__gcov_dump && seteuid(getuid()) == 0)
		__gcov_dump();
	_exit(code);
}
