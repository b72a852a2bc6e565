/* SPDX-License-Identifier: Apache-2.0 */
/* common_options.c - options of several commands; see common_options.h. */

#include "common_options.h"

#include <stdlib.h>

#include "values.h"

int read_count(uint64_t *out, struct tool *t, const char *name,
               const char *text, uint64_t least, uint64_t most)
{
	uint64_t n;

	if (!value_count(&n, text) || n < least || n > most)
		return usage(t, "--%s: '%s' is not a number from %llu to %llu",
		             name, text, (unsigned long long)least,
		             (unsigned long long)most);
	*out = n;
	return 0;
}

int read_threads(unsigned *out, struct tool *t, const struct args *a)
{
	const char *text = args_value(a, OPT_THREADS);
	uint64_t n = 0;
	int r;

	if (!text)
		return 0;
	r = read_count(&n, t, "threads", text, 1, 1024);
	if (r == 0)
		*out = (unsigned)n;
	return r;
}

int read_clock(bool *has, int64_t *time, struct tool *t, const struct args *a)
{
	const char *when = args_value(a, OPT_TIME);
	const char *epoch = getenv("SOURCE_DATE_EPOCH");

	if (when) {
		if (!value_time(time, when))
			return usage(t,
			             "--time: '%s' is not a time "
			             "(seconds since 1970, or "
			             "2024-03-01T12:00:00Z)",
			             when);
		*has = true;
	} else if (epoch && epoch[0] != '\0') {
		if (!value_time(time, epoch))
			return usage(t,
			             "SOURCE_DATE_EPOCH: '%s' is not "
			             "a number of seconds",
			             epoch);
		*has = true;
	}
	return 0;
}
