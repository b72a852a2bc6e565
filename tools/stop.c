/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - ending in good order; see stop.h. */

#include "stop.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* All that a signal handler may touch. */
static volatile sig_atomic_t ending;
static volatile sig_atomic_t status_wanted;

static void on_end(int number)
{
	if (ending)
		_exit(RC_SIGNAL + number);
	ending = number;
}

static void on_status(int number)
{
	(void)number;
	status_wanted = 1;
}

static void install(int number, void (*handler)(int), bool unless_ignored)
{
	struct sigaction sa, old;

	/* nohup and background jobs of a shell ignore SIGINT: so do we. */
	if (unless_ignored && sigaction(number, NULL, &old) == 0 &&
	    old.sa_handler == SIG_IGN)
		return;
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	(void)sigemptyset(&sa.sa_mask);
	/* No SA_RESTART: waiting for a pipe must end. */
	(void)sigaction(number, &sa, NULL);
}

void stop_install(void)
{
	install(SIGINT, on_end, true);
	install(SIGTERM, on_end, true);
	install(SIGUSR1, on_status, false);
}

int stop_signal(void)
{
	return ending;
}

bool stop_status_wanted(void)
{
	bool wanted = status_wanted != 0;

	status_wanted = 0;
	return wanted;
}
