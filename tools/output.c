/* SPDX-License-Identifier: Apache-2.0 */
/* output.c - standard output; see output.h. */

#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "values.h"

/* Why the first write failed: stdio remembers only that it did. */
static int first_errno;

void output_guard(void)
{
	int fd;

	/* open() gives the lowest free number: the one that is missing.  Opened
	 * the wrong way round on purpose, so that using it fails. */
	for (;;) {
		fd = open("/dev/null", O_RDONLY);
		if (fd < 0)
			return;
		if (fd > STDERR_FILENO) {
			(void)close(fd);
			return;
		}
		if (fd == STDIN_FILENO) {
			(void)close(fd);
			fd = open("/dev/null", O_WRONLY);
			if (fd != STDIN_FILENO)
				return;
		}
	}
}

bool output_is_terminal(void)
{
	return isatty(STDOUT_FILENO) == 1;
}

size_t output_columns(void)
{
	const char *text = getenv("COLUMNS");
	uint64_t columns;
#ifdef TIOCGWINSZ
	struct winsize ws;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col;
#endif
	if (text && value_count(&columns, text) && columns > 0 &&
	    columns < 10000)
		return (size_t)columns;
	return 80;
}

bool output_color(const struct args *a)
{
	const char *when = args_value(a, OPT_COLOR);
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (when && strcmp(when, "always") == 0)
		return true;
	if (when && strcmp(when, "never") == 0)
		return false;
	return output_is_terminal() && !(no && no[0] != '\0') && term &&
	       strcmp(term, "dumb") != 0;
}

void output_put(const void *bytes, size_t len)
{
	if (len > 0 && fwrite(bytes, 1, len, stdout) != len && first_errno == 0)
		first_errno = errno;
}

void output_text(const char *text)
{
	output_put(text, strlen(text));
}

bool output_line(struct str *line)
{
	bool ok = str_ok(line);

	if (ok)
		output_put(str_get(line), line->len);
	str_clear(line);
	return ok;
}

bool output_failed(void)
{
	return ferror(stdout) != 0;
}

int output_close(struct tool *t)
{
	if (fflush(stdout) != 0 && first_errno == 0)
		first_errno = errno;
	if (ferror(stdout) && first_errno == 0)
		first_errno = EIO;
	/* A file system over the network may refuse only now. */
	if (close(STDOUT_FILENO) != 0 && errno != EBADF && first_errno == 0)
		first_errno = errno;
	if (first_errno == 0)
		return RC_DONE;
	return system_failed(t, "standard output", first_errno);
}
