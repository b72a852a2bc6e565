/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ingest.c - every input to the writer, and what goes wrong to the user.
 *
 * Two kinds of failure stay apart: of an input (told through `message`,
 * counted, the next one is read) and of the writer or of memory (returned).
 */
#include "fiche/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "ingest/classify.h"
#include "ingest/filecard.h"
#include "ingest/lines.h"
#include "ingest/stream.h"
#include "ingest/walk.h"

struct fiche_ingest {
	struct fiche_writer *writer;
	struct fiche_ingest_options opt;
	struct arena names; /* origins of records that are not committed */
	struct lines lines;
	uint64_t stored;  /* bytes read, for progress */
	uint64_t unsaved; /* decompressed bytes since the last commit */
	int64_t saved_at; /* milliseconds of the monotonic clock */
};

/* One input while it is read. */
struct input {
	struct fiche_ingest *in;
	struct fiche_ingest_stats *stats;
	const char *name;  /* in in->names */
	const char *label; /* for the card */
};

static int64_t now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* line 0: the input as a whole. */
static void say(const struct input *i, enum fiche_ingest_level level,
                uint64_t line, const char *what)
{
	const struct fiche_ingest_options *opt = &i->in->opt;
	struct buf where = { 0 };

	if (opt->message == NULL)
		return;
	buf_text(&where, i->name);
	if (line > 0)
		buf_printf(&where, ":%" PRIu64, line);
	buf_u8(&where, '\0');
	/* Out of memory, the place is the lesser loss. */
	opt->message(opt->ctx, level,
	             buf_ok(&where) ? (const char *)where.ptr : "", what);
	buf_done(&where);
}

static void fail(const struct input *i, const char *what)
{
	i->stats->inputs_failed++;
	say(i, FICHE_INGEST_WARNING, 0, what);
}

static void say_too_long(const struct input *i, uint64_t line)
{
	size_t max = i->in->opt.record_max;
	char text[80];

	i->stats->too_long++;
	if (max % ((size_t)1 << 20) == 0)
		(void)snprintf(text, sizeof(text),
		               "longer than %zu MiB: left out", max >> 20);
	else
		(void)snprintf(text, sizeof(text),
		               "longer than %zu bytes: left out", max);
	say(i, FICHE_INGEST_WARNING, line, text);
}

/* Commit if it is time to. */
static int checkpoint(struct fiche_ingest *in, bool look_at_clock,
                      struct fiche_error *err)
{
	const struct fiche_ingest_options *opt = &in->opt;
	bool due = opt->checkpoint_bytes > 0 &&
	           in->unsaved >= opt->checkpoint_bytes;
	int r;

	if (!due && look_at_clock && opt->checkpoint_seconds > 0)
		due = now() - in->saved_at >=
		      (int64_t)opt->checkpoint_seconds * 1000;
	if (!due || opt->dry_run)
		return 0;
	if (fiche_writer_pending(in->writer) > 0) {
		r = fiche_writer_commit(in->writer, err);
		if (r < 0)
			return r;
	}
	in->unsaved = 0;
	in->saved_at = now();
	return 0;
}

/* Called by the stream at each read, and while it waits. */
static int pulse(void *ctx, size_t got, struct fiche_error *err)
{
	struct fiche_ingest *in = ctx;
	const struct fiche_ingest_options *opt = &in->opt;
	int r;

	in->stored += got;
	if (got > 0 && opt->progress != NULL)
		opt->progress(opt->ctx, in->stored, opt->progress_total);
	r = checkpoint(in, true, err);
	if (r < 0)
		return r;
	return opt->stop != NULL && opt->stop(opt->ctx) ? FICHE_END : 0;
}

static int added(const struct input *i, size_t len, struct fiche_error *err)
{
	i->stats->records++;
	i->in->unsaved += len;
	return checkpoint(i->in, false, err);
}

static void give_oversize(const struct input *i, const struct line *line)
{
	const struct fiche_ingest_options *opt = &i->in->opt;

	if (opt->oversize == NULL)
		return;
	if (line->len > 0)
		opt->oversize(opt->ctx, line->ptr, line->len);
	if (line->is_last)
		opt->oversize(opt->ctx, "", 0);
}

/* A piece of a line that is too long. */
static int add_long(const struct input *i, const struct line *line)
{
	give_oversize(i, line);
	if (line->is_last)
		say_too_long(i, line->number);
	return 0;
}

static int add_line(const struct input *i, const struct line *line,
                    struct fiche_error *err)
{
	struct fiche_origin origin = { i->name, line->number };
	int r;

	if (line->is_long)
		return add_long(i, line);
	if (classify_blank(line->ptr, line->len)) {
		i->stats->blank_lines++;
		return 0;
	}
	if (!i->in->opt.dry_run) {
		r = fiche_writer_add_json(i->in->writer, line->ptr, line->len,
		                          &origin, err);
		if (r == FICHE_ERR_LIMIT)
			return add_long(i, line);
		if (r < 0)
			return r;
	}
	return added(i, line->len, err);
}

/* How reading ended: 0 if the failure is the input's and was told. */
static int ended(const struct input *i, const struct stream *s, int r,
                 const struct fiche_error *why, const char *result,
                 struct fiche_error *err)
{
	char text[sizeof(why->text) + 40];

	if (r == FICHE_END && stream_stopped(s))
		i->stats->stopped = true;
	if (r >= 0)
		return 0;
	if (r == FICHE_ERR_NOMEM || stream_halted(s))
		return err_copy(err, why);
	(void)snprintf(text, sizeof(text), "%s: %s", why->text, result);
	fail(i, text);
	return 0;
}

static int read_lines(const struct input *i, struct stream *s,
                      struct fiche_error *err)
{
	struct fiche_error why;
	struct line line;
	int r;

	while ((r = lines_next(&i->in->lines, &line, &why)) == 0) {
		r = add_line(i, &line, err);
		if (r < 0)
			return r;
	}
	return ended(i, s, r, &why, "what follows is lost", err);
}

static int add_file(const struct input *i, const char *type, const uint8_t *ptr,
                    size_t len, struct fiche_error *err)
{
	struct fiche_origin origin = { i->name, 0 };
	struct buf card = { 0 };
	int r = 0;

	filecard_put(&card, i->label, type, ptr, len);
	if (!buf_ok(&card))
		r = err_nomem(err);
	else if (!i->in->opt.dry_run)
		r = fiche_writer_add_file(i->in->writer, (const char *)card.ptr,
		                          card.len, ptr, len, &origin, err);
	buf_done(&card);
	if (r == FICHE_ERR_LIMIT) {
		say_too_long(i, 0);
		return 0;
	}
	return r < 0 ? r : added(i, len, err);
}

static int read_file(const struct input *i, struct stream *s,
                     const struct class *c, struct fiche_error *err)
{
	struct fiche_error why;
	const uint8_t *ptr;
	size_t len;
	int r;

	r = lines_whole(&i->in->lines, &ptr, &len, &why);
	if (r == FICHE_ERR_LIMIT && why.offset == FICHE_NOWHERE) {
		say_too_long(i, 0);
		return 0;
	}
	/* Half a page would pass for a page: it is left out, the file stays. */
	if (r != 0)
		return ended(i, s, r, &why, "left out", err);
	if (c->binary)
		say(i, FICHE_INGEST_NOTE, 0,
		    "is neither JSON, HTML nor text: kept as a file");
	return add_file(i, c->type, ptr, len, err);
}

/* Read until it is clear what the input is. */
static int sniff(const struct input *i, struct class *out,
                 struct fiche_error *err)
{
	struct lines *l = &i->in->lines;
	bool complete = false;
	int r;

	do {
		r = lines_fill(l, err);
		if (r < 0)
			return r;
		complete = r == FICHE_END;
		*out = classify(l->ptr + l->at, l->len - l->at, complete,
		                i->name);
	} while (out->kind == CLASS_UNSURE);
	return 0;
}

static int read_stream(const struct input *i, struct stream *s,
                       struct fiche_error *err)
{
	struct lines *l = &i->in->lines;
	struct class c;
	int r;

	r = sniff(i, &c, err);
	if (r < 0)
		return r;
	switch (c.kind) {
	case CLASS_EMPTY:
		if (l->end == FICHE_END && !stream_stopped(s))
			say(i, FICHE_INGEST_NOTE, 0, "is empty");
		return ended(i, s, l->end, &l->why, "left out", err);
	case CLASS_LINES:
		if (c.bom > 0)
			say(i, FICHE_INGEST_NOTE, 0,
			    "begins with a byte order mark, which was skipped");
		l->at += c.bom;
		return read_lines(i, s, err);
	case CLASS_FILE:
	case CLASS_UNSURE:
		break;
	}
	return read_file(i, s, &c, err);
}

static int read_fd(const struct input *i, int fd, struct fiche_error *err)
{
	struct fiche_ingest *in = i->in;
	struct stream *s;
	int r;

	r = stream_open(&s, fd, pulse, in, err);
	if (r < 0)
		return r;
	i->stats->inputs++;
	lines_begin(&in->lines, s, in->opt.record_max);
	r = read_stream(i, s, err);
	i->stats->bytes += in->lines.total;
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

static int read_path(const struct input *i, const char *path,
                     struct fiche_error *err)
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
		fail(i, why.text);
	} else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode)) {
		fail(i, "is no longer a file");
	} else if (is_excluded(i->in, &st)) {
		say(i, FICHE_INGEST_NOTE, 0,
		    "is being written by this run and was not read");
	} else {
		r = read_fd(i, fd, err);
	}
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* Keep a name for as long as records may refer to it. */
static int keep_name(struct fiche_ingest *in, struct input *i, const char *name,
                     struct fiche_error *err)
{
	if (in->writer == NULL || fiche_writer_pending(in->writer) == 0)
		arena_reset(&in->names);
	i->name = arena_strndup(&in->names, name, strlen(name));
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
		say(&i, FICHE_INGEST_NOTE, 0, e->why);
		return 0;
	case WALK_FAILED:
		fail(&i, e->why);
		return 0;
	case WALK_FILE:
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

int fiche_ingest_new(struct fiche_ingest **out, struct fiche_writer *w,
                     const struct fiche_ingest_options *opt,
                     struct fiche_error *err)
{
	struct fiche_ingest *in;

	*out = NULL;
	if (w == NULL && (opt == NULL || !opt->dry_run))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "no writer to give records to");
	in = alloc_zeroed(1, sizeof(*in));
	if (in == NULL)
		return err_nomem(err);
	in->writer = w;
	if (opt != NULL)
		in->opt = *opt;
	if (in->opt.record_max == 0 || in->opt.record_max > FICHE_RECORD_MAX)
		in->opt.record_max = FICHE_RECORD_MAX;
	in->saved_at = now();
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
	lines_done(&in->lines);
	arena_done(&in->names);
	alloc_free(in);
}
