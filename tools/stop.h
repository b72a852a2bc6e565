/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop.h - ending in good order.
 *
 * The first SIGINT or SIGTERM is remembered, the second ends the program at
 * once.  SIGUSR1 asks for a line of status.
 */
#ifndef TOOLS_STOP_H
#define TOOLS_STOP_H

#include <stdbool.h>

void stop_install(void);
/* The signal that asked for the end, or 0. */
int stop_signal(void);
/* Was a status line asked for since the last call? */
bool stop_status_wanted(void);

#endif
