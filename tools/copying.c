/* SPDX-License-Identifier: Apache-2.0 */
/* copying.c - an archive that is made of others; see copying.h. */

#include "copying.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common_options.h"
#include "output.h"
#include "str.h"

int copying_init(struct copying *c, struct tool *t, const struct args *a,
                 const char *path)
{
	struct fiche_writer_options *o = &c->writer_options;
	const char *level = args_value(a, OPT_LEVEL);
	const char *profile = args_value(a, OPT_PROFILE);
	uint64_t n;
	int r = 0;

	*c = (struct copying){ .tool = t, .args = a, .path = path };
	o->mode = args_have(a, OPT_APPEND) ? FICHE_APPEND : FICHE_CREATE;
	o->give_up_commit = args_have(a, OPT_GIVE_UP_COMMIT);
	o->plain = profile && strcmp(profile, "plain") == 0;
	o->index = read_index(a);
	c->dense = args_have(a, OPT_DENSE);
	if (level) {
		r = read_count(&n, t, "level", level, 1, 22);
		o->level = r == 0 ? (int)n : 0;
	}
	if (r == 0)
		r = read_threads(&o->threads, t, a);
	if (r == 0)
		r = read_identity(o, c->uuid, t, a, path);
	return r;
}

void copying_like(struct copying *c, const struct fiche_info *from)
{
	struct fiche_writer_options *o = &c->writer_options;

	if (!args_have(c->args, OPT_PROFILE))
		o->plain = from->plain;
	if (o->index == FICHE_INDEX_DEFAULT && !from->recovered &&
	    from->generation > 0 && !from->words)
		o->index = FICHE_INDEX_BASIC;
}

static int open_failed(struct copying *c, int status,
                       const struct fiche_error *err)
{
	if (status == FICHE_ERR_EXISTS) {
		complain(c->tool, NULL, "%s already exists", c->path);
		hint(c->tool, "%schoose another name",
		     c->args->command == &command_rows[CMD_MERGE]
		             ? "use --append to add to it, or "
		             : "");
		return tool_raise(c->tool, RC_IO);
	}
	(void)library_failed(c->tool, c->path, status, err);
	if (status == FICHE_ERR_BUSY)
		hint(c->tool, "another program is adding to it; try again "
		              "when it is done");
	if (status == FICHE_ERR_CORRUPT && !c->writer_options.give_up_commit)
		hint(c->tool, "'fiche verify' says more; another copy may be "
		              "whole");
	return exit_code_of(status);
}

int copying_open(struct copying *c)
{
	struct fiche_writer_options *o = &c->writer_options;
	struct fiche_error err = { 0 };
	int r = fiche_writer_open(&c->writer, c->path, o, &err);

	if (r == FICHE_ERR_IO && err.sys_errno == ENOENT &&
	    o->mode == FICHE_APPEND) {
		o->mode = FICHE_CREATE;
		r = fiche_writer_open(&c->writer, c->path, o, &err);
		if (r == 0)
			note(c->tool, c->path,
			     "not there yet; a new archive is made");
	}
	if (r < 0)
		return open_failed(c, r, &err);
	c->created = o->mode == FICHE_CREATE;
	fiche_writer_stats(c->writer, &c->out);
	c->bytes_before = c->created ? 0 : c->out.file_size;
	return 0;
}

static bool want(void *ctx, uint64_t number)
{
	const struct copying *c = ctx;

	return c->take(c->take_ctx, number);
}

static void on_loss(void *ctx, uint64_t number, uint64_t count,
                    const struct fiche_error *why)
{
	struct copying *c = ctx;

	for (uint64_t i = 0; i < count; i++)
		(void)reading_lost(c->source, number + i, why->code, why);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct copying *c = ctx;

	progress_to(&c->progress, done, total);
}

int copying_add(struct copying *c, struct reading *source)
{
	const struct fiche_copy_options opt = {
		.recompress = c->dense,
		.take = c->take ? want : NULL,
		.on_loss = on_loss,
		.on_progress = on_progress,
		.ctx = c,
	};
	struct fiche_copy_stats stats = { 0 };
	struct fiche_error err = { 0 };
	int r;

	c->source = source;
	r = fiche_copy(c->writer, source->reader, &opt, &stats, &err);
	c->source = NULL;
	if (r < 0)
		return library_failed(c->tool, c->path, r, &err);
	c->inputs++;
	c->sum.read += stats.read;
	c->sum.lost += stats.lost;
	c->sum.withdrawn += stats.withdrawn;
	c->sum.blocks_copied += stats.blocks_copied;
	c->sum.blocks_made += stats.blocks_made;
	return 0;
}

int copying_commit(struct copying *c)
{
	struct fiche_error err = { 0 };
	int r = fiche_writer_commit(c->writer, &err);

	fiche_writer_stats(c->writer, &c->out);
	return r < 0 ? library_failed(c->tool, c->path, r, &err) : 0;
}

void copying_close(struct copying *c, bool failed)
{
	if (c->writer)
		fiche_writer_stats(c->writer, &c->out);
	fiche_writer_close(c->writer);
	c->writer = NULL;
	/* In the way of the next attempt. */
	if (failed && c->created && c->out.generation == 0)
		(void)unlink(c->path);
}

void copying_json(const struct copying *c, struct str *s)
{
	str_key_count(s, "inputs", c->inputs);
	str_key_count(s, "inputs_failed", c->inputs_failed);
	str_key_count(s, "records_read", c->sum.read);
	str_key_count(s, "records_lost", c->sum.lost);
	str_key_count(s, "written", c->out.records);
	str_key_count(s, "duplicates", c->out.duplicates);
	str_key_count(s, "redacted_here", c->out.redacted_here);
	str_key_count(s, "redacted_there", c->out.redacted_there);
	str_key_count(s, "withdrawn", c->sum.withdrawn);
	str_key_count(s, "new_versions", c->out.versions);
	str_key_count(s, "shared_bodies", c->out.shared_bodies);
	str_key_count(s, "blocks_copied", c->sum.blocks_copied);
	str_key_count(s, "blocks_made", c->sum.blocks_made);
	str_key_count(s, "file_size", c->out.file_size);
	str_key_count(s, "total_records", c->out.total_records);
	str_key_count(s, "generation", c->out.generation);
}

void copying_rest(const struct copying *c)
{
	static const char dot[] = " \xc2\xb7 ";
	struct str s = { 0 };

	if (c->out.duplicates > 0) {
		str_counted(&s, c->out.duplicates, "exact duplicate");
		str_add(&s, " skipped");
	}
	if (c->out.redacted_here > 0) {
		str_printf(&s, ", %llu of them redacted here",
		           (unsigned long long)c->out.redacted_here);
	}
	if (c->out.redacted_there > 0) {
		str_printf(&s, ", %llu of them redacted there, and kept here",
		           (unsigned long long)c->out.redacted_there);
	}
	if (c->out.versions > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, c->out.versions, "new version");
		str_add(&s, " of known URLs");
	}
	if (c->sum.withdrawn > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_count(&s, c->sum.withdrawn);
		str_add(&s, " withdrawn, as there");
	}
	if (c->sum.lost > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, c->sum.lost, "article");
		str_add(&s, " lost to damage");
	}
	if (c->inputs_failed > 0) {
		str_add(&s, s.len > 0 ? dot : "");
		str_counted(&s, c->inputs_failed, "archive");
		str_add(&s, " not read");
	}
	if (s.len > 0) {
		output_text("  ");
		str_char(&s, '\n');
		(void)output_line(&s);
	}
	str_done(&s);
}
