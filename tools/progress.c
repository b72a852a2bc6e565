/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c - how far it is; see progress.h. */

#include "progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "str.h"

#define BAR_COLUMNS 18
#define REDRAW      0.2 /* seconds */

static double now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		return 0;
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void progress_begin(struct progress *p, struct tool *t, const struct args *a,
                    const char *doing, const char *noun)
{
	const char *when = args_value(a, OPT_PROGRESS);

	*p = (struct progress){ .tool = t, .doing = doing, .noun = noun };
	p->began = now();
	p->drawn = p->began;
	p->shown = isatty(STDERR_FILENO) == 1 && !t->quiet && !t->silent;
	if (when && strcmp(when, "always") == 0)
		p->shown = true;
	if (when && strcmp(when, "never") == 0)
		p->shown = false;
}

double progress_seconds(const struct progress *p)
{
	double s = now() - p->began;

	return s > 0 ? s : 0;
}

static void describe(struct str *s, const struct progress *p, bool bar)
{
	double seconds = progress_seconds(p);
	double part = 0;

	str_add(s, p->doing);
	if (p->total > 0) {
		part = (double)p->done / (double)p->total;
		part = part > 1 ? 1 : part;
		str_printf(s, " %3.0f %%", part * 100);
	}
	if (p->total > 0 && bar) {
		size_t full = (size_t)(part * BAR_COLUMNS);

		str_add(s, " \xe2\x96\x95");
		for (size_t i = 0; i < BAR_COLUMNS; i++)
			str_add(s, i < full ? "\xe2\x96\x88" : " ");
		str_add(s, "\xe2\x96\x8f");
	}
	if (p->noun) {
		str_char(s, ' ');
		str_counted(s, p->count, p->noun);
	}
	if (p->in > 0 && p->out > 0) {
		str_add(s, "  ");
		str_size(s, p->in);
		str_add(s, " \xe2\x86\x92 ");
		str_size(s, p->out);
		str_printf(s, " (%.1f\xc3\x97)",
		           (double)p->in / (double)p->out);
	}
	if (seconds >= 0.1 && p->done > 0 && !p->no_rate) {
		uint64_t most = p->in > p->done ? p->in : p->done;

		str_add(s, "  ");
		str_size(s, (uint64_t)((double)most / seconds));
		str_add(s, "/s");
	}
	if (part > 0.001 && part < 1) {
		str_add(s, "  eta ");
		str_seconds(s, seconds / part - seconds);
	}
}

void progress_update(struct progress *p)
{
	struct str line = { 0 };
	double t;

	if (!p->shown)
		return;
	t = now();
	if (t - p->drawn < REDRAW)
		return;
	p->drawn = t;
	str_char(&line, '\r');
	describe(&line, p, true);
	str_add(&line, "\033[K");
	if (write(STDERR_FILENO, str_get(&line), line.len) >= 0)
		p->tool->bar_drawn = true;
	str_done(&line);
}

void progress_to(struct progress *p, uint64_t done, uint64_t total)
{
	p->done = done;
	p->total = total;
	progress_update(p);
}

void progress_line(struct progress *p)
{
	struct str line = { 0 };

	describe(&line, p, false);
	complain(p->tool, NULL, "%s", str_get(&line));
	str_done(&line);
}

void progress_end(struct progress *p)
{
	if (!p->tool->bar_drawn)
		return;
	if (write(STDERR_FILENO, "\r\033[K", 4) == 4)
		p->tool->bar_drawn = false;
}
