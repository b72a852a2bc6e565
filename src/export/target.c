/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.c - one file or folder of a format; see target.h.
 *
 * Streams go through out.h.  What is no stream (a folder, a database) is made
 * in a folder of its own under a temporary name, so that whatever the format
 * leaves lying about goes with it.
 */

#include "export/target.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "export/place.h"

static int open_stage(struct target *t, const struct fiche_export_options *opt,
                      struct fiche_error *err)
{
	const char *slash = strrchr(t->path, '/');
	const char *name = slash ? slash + 1 : t->path;
	size_t room;
	int fd, r;

	r = place_check(t->path, opt->overwrite, err);
	if (r == 0)
		r = place_begin(&t->stage, &fd, t->path, true, err);
	if (r < 0)
		return r;
	room = strlen(t->stage) + strlen(name) + 2;
	t->inner = alloc_bytes(room);
	if (!t->inner)
		return err_nomem(err);
	(void)snprintf(t->inner, room, "%s/%s", t->stage, name);
	return 0;
}

int target_open(struct target *t, const struct export_format *format,
                const char *path, size_t hold,
                const struct fiche_export_options *opt, struct fiche_error *err)
{
	struct export_target to = { .opt = opt, .hold = hold };
	int r = 0;

	*t = (struct target){ .format = format };
	if (path) {
		t->path = alloc_strndup(path, strlen(path));
		if (!t->path)
			return err_nomem(err);
	}
	if (format->wants_path)
		r = open_stage(t, opt, err);
	else
		r = out_open(&t->out, path, opt->overwrite, opt->compress, err);
	to.out = t->out;
	to.path = t->inner;
	if (r == 0)
		r = format->begin(&t->writer, &to, err);
	if (r < 0)
		target_done(t);
	return r;
}

int target_add(struct target *t, const struct export_article *a,
               struct fiche_error *err)
{
	return t->format->add(t->writer, a, err);
}

static int publish_stage(struct target *t,
                         const struct fiche_export_options *opt,
                         struct fiche_export_stats *stats,
                         struct fiche_error *err)
{
	int r = place_sync_tree(t->stage, err);

	if (r < 0)
		return r;
	place_measure(t->inner, &stats->files, &stats->bytes);
	return place_publish(t->inner, t->path, opt->overwrite, err);
}

int target_close(struct target *t, const struct fiche_export_options *opt,
                 struct fiche_export_stats *stats, struct fiche_error *err)
{
	int r = t->format->finish(t->writer, err);

	t->format->free(t->writer);
	t->writer = NULL;
	if (r == 0 && t->out) {
		r = out_finish(t->out, err);
		stats->files += r == 0 && t->path;
		stats->bytes += out_stored(t->out);
	} else if (r == 0) {
		r = publish_stage(t, opt, stats, err);
	}
	target_done(t);
	return r;
}

void target_done(struct target *t)
{
	if (t->writer)
		t->format->free(t->writer);
	out_free(t->out);
	if (t->stage)
		place_remove(t->stage);
	alloc_free(t->stage);
	alloc_free(t->inner);
	alloc_free(t->path);
	*t = (struct target){ 0 };
}
