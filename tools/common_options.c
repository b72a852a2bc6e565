/* SPDX-License-Identifier: Apache-2.0 */
/* common_options.c - options of several commands; see common_options.h. */

#include "common_options.h"

#include <stdlib.h>
#include <string.h>

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

/*
 * The identity of an archive whose bytes are to be the same each time: two
 * 64-bit FNV-1a hashes, of the time (8 bytes, little-endian) and the base
 * name; the second goes on from the first over the same bytes.  Version 8 of
 * RFC 9562.
 */
static void fixed_uuid(uint8_t out[16], int64_t time, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (int half = 0; half < 2; half++) {
		for (int i = 0; i < 8; i++)
			h = (h ^ ((uint64_t)time >> (8 * i) & 0xff)) *
			    UINT64_C(0x100000001b3);
		for (const char *c = name; *c != '\0'; c++)
			h = (h ^ (uint8_t)*c) * UINT64_C(0x100000001b3);
		for (int i = 0; i < 8; i++)
			out[half * 8 + i] = (uint8_t)(h >> (56 - 8 * i));
	}
	out[6] = (uint8_t)((out[6] & 0x0f) | 0x80);
	out[8] = (uint8_t)((out[8] & 0x3f) | 0x80);
}

int read_identity(struct fiche_writer_options *o, uint8_t uuid[16],
                  struct tool *t, const struct args *a, const char *path)
{
	const char *text = args_value(a, OPT_UUID);
	int r;

	r = read_clock(&o->has_time, &o->time, t, a);
	if (r != 0)
		return r;
	if (text) {
		if (!value_uuid(uuid, text))
			return usage(t, "--uuid: '%s' is not 32 hex digits",
			             text);
		o->uuid = uuid;
	} else if (o->has_time) {
		fixed_uuid(uuid, o->time, path);
		o->uuid = uuid;
	}
	return 0;
}

enum fiche_index read_index(const struct args *a)
{
	const char *text = args_value(a, OPT_INDEX);

	if (!text)
		return FICHE_INDEX_DEFAULT;
	return strcmp(text, "basic") == 0 ? FICHE_INDEX_BASIC
	                                  : FICHE_INDEX_WORDS;
}
