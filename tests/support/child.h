/* SPDX-License-Identifier: Apache-2.0 */
/* child.h - how a process that a test forked ends. */
#ifndef SUPPORT_CHILD_H
#define SUPPORT_CHILD_H

#include <stdnoreturn.h>

/* _exit(); but where lines are counted (tests/soak/coverage), those that the
 * child ran through count as well. */
noreturn void child_end(int code);

#endif
