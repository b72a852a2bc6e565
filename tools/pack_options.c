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

static int read_limits(struct fiche_ingest_options *o, struct tool *t,
                       const struct args *a)
{
	const char *size = args_value(a, OPT_MAX_UNPACKED);
	const char *ratio = args_value(a, OPT_MAX_RATIO);
	const char *members = args_value(a, OPT_MAX_MEMBERS);
	uint64_t n = 0;
	int r = 0;

	if (size &&
	    (!value_size(&o->unpacked_max, size) || o->unpacked_max == 0))
		return usage(t, "--max-unpacked: '%s' is not a size (1GiB)",
		             size);
	if (ratio) {
		r = read_count(&n, t, "max-ratio", ratio, 1, 1000000000);
		o->ratio_max = (unsigned)n;
	}
	if (members && r == 0)
		r = read_count(&o->members_max, t, "max-members", members, 1,
		               UINT64_MAX);
	return r;
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
	p->writer.index = read_index(a);
	text = args_value(a, OPT_WARC);
	p->ingest.every_capture = text && strcmp(text, "all") == 0;
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
		r = read_identity(&p->writer, p->uuid, t, a, a->operands[0]);
	if (r == 0)
		r = read_limits(&p->ingest, t, a);
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
