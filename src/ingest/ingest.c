/* SPDX-License-Identifier: Apache-2.0 */
/* ingest.c - the paths a user gave, one input after the other. */
#include "fiche/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "ingest/bundle.h"
#include "ingest/format.h"
#include "ingest/input.h"
#include "ingest/sidecar.h"
#include "ingest/stream.h"
#include "ingest/walk.h"

static int read_fd(struct input *i, int fd, struct fiche_error *err)
{
	struct stream *s;
	int r;

	r = stream_open(&s, fd, input_pulse, i->in, err);
	if (r < 0)
		return r;
	input_guard(i->in, s);
	r = input_read(i, s, err);
	stream_close(s);
	return r;
}

static bool is_excluded(const struct fiche_ingest *in, const struct stat *st)
{
	const char *const *path = in->opt.exclude;
	struct stat other;

	for (; path != NULL && *path != NULL; path++)
		if (stat(*path, &other) == 0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino)
			return true;
	return false;
}

static int read_path(struct input *i, const char *path, struct fiche_error *err)
{
	struct fiche_error why;
	struct stat st;
	int fd, r = 0;

	/* Without waiting: a FIFO has no writer yet, and what was a file may
	 * have become a device. */
	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)err_sys(&why, errno, "cannot be opened");
		input_fail(i, "%s", why.text);
	} else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		input_fail(i, "is no longer a file");
	} else if (is_excluded(i->in, &st)) {
		input_note(i, 0,
		           "is being written by this run and was not read");
	} else {
		i->path = S_ISREG(st.st_mode) ? path : NULL;
		r = read_fd(i, fd, err);
	}
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* No record refers to the names of inputs before, if none is pending. */
static int keep_name(struct fiche_ingest *in, struct input *i, const char *name,
                     struct fiche_error *err)
{
	if (in->writer == NULL || fiche_writer_pending(in->writer) == 0) {
		arena_reset(&in->names);
		arena_reset(&in->member_names);
		in->member_names_len = 0;
	}
	i->name = input_keep_name(in, name);
	return i->name == NULL ? err_nomem(err) : 0;
}

static int read_entry(struct fiche_ingest *in, const struct walk_entry *e,
                      struct fiche_ingest_stats *stats, struct fiche_error *err)
{
	struct input i = { .in = in, .stats = stats, .label = e->label };
	int r = keep_name(in, &i, e->path, err);

	if (r < 0)
		return r;
	switch (e->kind) {
	case WALK_SKIPPED:
		input_note(&i, 0, "%s", e->why);
		return 0;
	case WALK_FAILED:
		input_fail(&i, "%s", e->why);
		return 0;
	case WALK_FILE:
		if (sidecar_is(e->path))
			return 0;
		break;
	case WALK_PIPE:
		break;
	}
	return read_path(&i, e->path, err);
}

static int read_stdin(struct fiche_ingest *in, struct fiche_ingest_stats *stats,
                      struct fiche_error *err)
{
	struct input i = { .in = in, .stats = stats, .label = "-" };
	int r = keep_name(in, &i, "-", err);

	return r < 0 ? r : read_fd(&i, STDIN_FILENO, err);
}

bool fiche_ingest_knows(const char *format)
{
	return format_find(format) != NULL;
}

int fiche_ingest_new(struct fiche_ingest **out, struct fiche_writer *w,
                     const struct fiche_ingest_options *opt,
                     struct fiche_error *err)
{
	struct fiche_ingest *in;

	*out = NULL;
	if (w == NULL && (opt == NULL || !opt->dry_run))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "no writer to give records to");
	if (opt != NULL && opt->format != NULL &&
	    !fiche_ingest_knows(opt->format))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "there is no format '%s'", opt->format);
	in = alloc_zeroed(1, sizeof(*in));
	if (in == NULL)
		return err_nomem(err);
	in->writer = w;
	if (opt != NULL)
		in->opt = *opt;
	if (in->opt.unpacked_max == 0)
		in->opt.unpacked_max = FICHE_INGEST_UNPACKED_MAX;
	if (in->opt.ratio_max == 0)
		in->opt.ratio_max = FICHE_INGEST_RATIO_MAX;
	if (in->opt.members_max == 0)
		in->opt.members_max = FICHE_INGEST_MEMBERS_MAX;
	if (in->opt.record_max == 0 || in->opt.record_max > FICHE_RECORD_MAX)
		in->opt.record_max = FICHE_RECORD_MAX;
	in->saved_at = input_clock();
	*out = in;
	return 0;
}

int fiche_ingest_path(struct fiche_ingest *in, const char *path,
                      struct fiche_ingest_stats *stats, struct fiche_error *err)
{
	const struct fiche_ingest_options *opt = &in->opt;
	struct walk *walk;
	struct walk_entry e;
	int r;

	if (strcmp(path, "-") == 0)
		return read_stdin(in, stats, err);
	r = walk_new(&walk, path, err);
	if (r < 0)
		return r;
	while ((r = walk_next(walk, &e, err)) == 0) {
		if (opt->stop != NULL && opt->stop(opt->ctx))
			stats->stopped = true;
		else
			r = read_entry(in, &e, stats, err);
		if (r < 0 || stats->stopped)
			break;
	}
	walk_free(walk);
	return r < 0 ? r : 0;
}

int fiche_ingest_measure(const char *path, uint64_t *bytes,
                         struct fiche_error *err)
{
	struct walk *walk;
	struct walk_entry e;
	uint64_t sum = 0;
	bool known = true;
	int r;

	if (strcmp(path, "-") == 0)
		return FICHE_END;
	r = walk_new(&walk, path, err);
	if (r < 0)
		return r;
	while (known && (r = walk_next(walk, &e, err)) == 0) {
		known = e.kind != WALK_PIPE;
		sum += e.size;
	}
	walk_free(walk);
	if (r < 0)
		return r;
	if (!known)
		return FICHE_END;
	*bytes = sum;
	return 0;
}

void fiche_ingest_free(struct fiche_ingest *in)
{
	if (in == NULL)
		return;
	for (size_t i = 0; i <= INPUT_DEPTH_MAX; i++)
		lines_done(&in->lines[i]);
	arena_done(&in->names);
	arena_done(&in->member_names);
	arena_done(&in->scratch);
	alloc_free(in);
}

int fiche_ingest_worker(const char *kind)
{
	return bundle_work(kind);
}
