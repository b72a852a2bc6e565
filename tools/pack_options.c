/* SPDX-License-Identifier: Apache-2.0 */
/* pack_options.c - what fiche pack was asked for; see pack_options.h. */

#include "pack_options.h"

#include <string.h>
#include <time.h>

#include "common_options.h"
#include "defaults.h"
#include "rules.h"
#include "values.h"

#define CHECKPOINT_BYTES ((uint64_t)4 << 30)

static int read_checkpoint(struct pack_options *p, struct tool *t,
                           const char *text)
{
	uint64_t n;

	if (value_duration(&n, text) && n > 0) {
		p->ingest.checkpoint_seconds = (unsigned)n;
		p->ingest.checkpoint_bytes = CHECKPOINT_BYTES;
		return 0;
	}
	if (value_size(&n, text) && n > 0) {
		p->ingest.checkpoint_seconds = 0;
		p->ingest.checkpoint_bytes = n;
		return 0;
	}
	return usage(t,
	             "--checkpoint: '%s' is neither a time (30s, 5m) "
	             "nor a size (64MiB, 1GiB)",
	             text);
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

static int read_identity(struct pack_options *p, struct tool *t,
                         const struct args *a)
{
	struct fiche_writer_options *o = &p->writer;
	const char *uuid = args_value(a, OPT_UUID);
	int r;

	r = read_clock(&o->has_time, &o->time, t, a);
	if (r != 0)
		return r;
	if (uuid) {
		if (!value_uuid(p->uuid, uuid))
			return usage(t,
			             "--uuid: '%s' is not 32 hex "
			             "digits",
			             uuid);
		o->uuid = p->uuid;
	} else if (o->has_time) {
		fixed_uuid(p->uuid, o->time, a->operands[0]);
		o->uuid = p->uuid;
	}
	return 0;
}

static enum fiche_index index_wanted(const struct args *a)
{
	const char *text = args_value(a, OPT_INDEX);

	if (!text)
		return FICHE_INDEX_DEFAULT;
	return strcmp(text, "basic") == 0 ? FICHE_INDEX_BASIC
	                                  : FICHE_INDEX_WORDS;
}

int pack_options_read(struct pack_options *p, struct tool *t,
                      const struct args *a)
{
	const char *text;
	uint64_t n;
	int r = 0;

	*p = (struct pack_options){ 0 };
	p->dry_run = args_have(a, OPT_DRY_RUN);
	p->writer.give_up_commit = args_have(a, OPT_GIVE_UP_COMMIT);
	p->json = args_have(a, OPT_JSON);
	p->writer.mode = args_have(a, OPT_APPEND) ? FICHE_APPEND : FICHE_CREATE;
	text = args_value(a, OPT_LEVEL);
	if (text) {
		r = read_count(&n, t, "level", text, 1, 22);
		p->writer.level = r == 0 ? (int)n : 0;
	}
	if (r == 0)
		r = read_threads(&p->writer.threads, t, a);
	text = args_value(a, OPT_PROFILE);
	p->writer.plain = text && strcmp(text, "plain") == 0;
	p->writer.index = index_wanted(a);
	p->ingest.format = args_value(a, OPT_FORMAT);
	if (p->ingest.format && !fiche_ingest_knows(p->ingest.format) && r == 0)
		r = usage(t, "--format: there is no format '%s'",
		          p->ingest.format);
	p->ingest.table = args_value(a, OPT_TABLE);
	p->ingest.records_at = args_value(a, OPT_RECORDS_AT);
	text = p->ingest.records_at;
	if (text && text[0] != '/' && text[0] != '\0' && r == 0)
		r = usage(t,
		          "--records-at: '%s' is no JSON Pointer, as in "
		          "/response/docs",
		          text);
	p->ingest.checkpoint_bytes = CHECKPOINT_BYTES;
	text = args_value(a, OPT_CHECKPOINT);
	if (text && r == 0)
		r = read_checkpoint(p, t, text);
	if (r == 0)
		r = read_identity(p, t, a);
	p->ingest.now =
		p->writer.has_time ? p->writer.time : (int64_t)time(NULL);
	if (r == 0)
		r = defaults_read(&p->defaults, t, a);
	if (r == 0)
		r = require_read(&p->writer.require, t, a);
	p->writer.strict = args_have(a, OPT_STRICT);
	p->explain = args_have(a, OPT_EXPLAIN);
	p->dry_run |= p->explain;
	p->writer.defaults = p->defaults.len > 0 ? str_get(&p->defaults) : NULL;
	return r;
}

void pack_options_done(struct pack_options *p)
{
	str_done(&p->defaults);
}
