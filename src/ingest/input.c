/* SPDX-License-Identifier: Apache-2.0 */
/* input.c - records to the writer, complaints to the user; see input.h. */
#include "ingest/input.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "ingest/classify.h"
#include "ingest/format.h"
#include "ingest/json_doc.h"

#define NAMES_MAX ((size_t)32 << 20)

int64_t input_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void input_guard(struct fiche_ingest *in, struct stream *s)
{
	in->guard = (struct stream_guard){
		.ratio_max = in->opt.ratio_max,
		.unpacked_max = in->opt.unpacked_max,
	};
	in->members = 0;
	stream_set_guard(s, &in->guard);
}

const char *input_keep_name(struct fiche_ingest *in, const char *name)
{
	return arena_strndup(&in->names, name, strlen(name));
}

/* ---- Messages ---- */

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

#define SAY(i, level, line, fmt)                                               \
	do {                                                                   \
		char text_[320];                                               \
		va_list args_;                                                 \
		va_start(args_, fmt);                                          \
		(void)vsnprintf(text_, sizeof(text_), fmt, args_);             \
		va_end(args_);                                                 \
		say(i, level, line, text_);                                    \
	} while (0)

void input_note(const struct input *i, uint64_t line, const char *fmt, ...)
{
	SAY(i, FICHE_INGEST_NOTE, line, fmt);
}

void input_skip(const struct input *i, uint64_t line, const char *fmt, ...)
{
	i->stats->skipped++;
	SAY(i, FICHE_INGEST_WARNING, line, fmt);
}

void input_damaged(const struct input *i, uint64_t line, const char *fmt, ...)
{
	i->stats->damaged++;
	SAY(i, FICHE_INGEST_WARNING, line, fmt);
}

void input_fail(const struct input *i, const char *fmt, ...)
{
	i->stats->inputs_failed++;
	SAY(i, FICHE_INGEST_WARNING, 0, fmt);
}

void input_too_long(const struct input *i, uint64_t line)
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

int input_ended(const struct input *i, int r, const struct fiche_error *why,
                const char *result, struct fiche_error *err)
{
	const struct stream *s = i->bytes->stream;

	if (r == FICHE_END && stream_stopped(s))
		i->stats->stopped = true;
	if (r >= 0)
		return 0;
	if (r == FICHE_ERR_NOMEM || stream_halted(s))
		return err_copy(err, why);
	input_fail(i, "%s: %s", why->text, result);
	return 0;
}

bool input_stopped(const struct input *i)
{
	const struct fiche_ingest_options *opt = &i->in->opt;

	if (!i->stats->stopped && opt->stop != NULL && opt->stop(opt->ctx))
		i->stats->stopped = true;
	return i->stats->stopped;
}

/* ---- Records ---- */

static int commit(struct fiche_ingest *in, struct fiche_error *err)
{
	int r = fiche_writer_commit(in->writer, err);

	if (r < 0)
		return r;
	in->unsaved = 0;
	in->saved_at = input_clock();
	return 0;
}

/* Commit if it is time to. */
static int checkpoint(struct fiche_ingest *in, bool look_at_clock,
                      struct fiche_error *err)
{
	const struct fiche_ingest_options *opt = &in->opt;
	bool due = opt->checkpoint_bytes > 0 &&
	           in->unsaved >= opt->checkpoint_bytes;

	if (!due && look_at_clock && opt->checkpoint_seconds > 0)
		due = input_clock() - in->saved_at >=
		      (int64_t)opt->checkpoint_seconds * 1000;
	if (!due || opt->dry_run)
		return 0;
	if (fiche_writer_pending(in->writer) > 0)
		return commit(in, err);
	in->unsaved = 0;
	in->saved_at = input_clock();
	return 0;
}

int input_pulse(void *ctx, size_t got, struct fiche_error *err)
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

/* What the writer answered to a record of `len` bytes. */
static int added(const struct input *i, int r, size_t len, const void *bytes,
                 uint64_t line, struct fiche_error *err)
{
	const struct fiche_ingest_options *opt = &i->in->opt;

	if (r == FICHE_ERR_LIMIT) {
		if (opt->oversize != NULL && line > 0) {
			opt->oversize(opt->ctx, bytes, len);
			opt->oversize(opt->ctx, "", 0);
		}
		input_too_long(i, line);
		return 0;
	}
	if (r < 0)
		return r;
	i->stats->records++;
	i->in->unsaved += len;
	return checkpoint(i->in, false, err);
}

int input_add_json(const struct input *i, const void *json, size_t len,
                   uint64_t line, struct fiche_error *err)
{
	struct fiche_origin origin = { i->name, line };
	int r = 0;

	if (len > i->in->opt.record_max)
		r = FICHE_ERR_LIMIT;
	else if (!i->in->opt.dry_run)
		r = fiche_writer_add_json(i->in->writer, json, len, &origin,
		                          err);
	else if (i->in->opt.record != NULL)
		i->in->opt.record(i->in->opt.ctx, json, len, false);
	return added(i, r, len, json, line, err);
}

/* The text to be kept beside a document, or NULL.  The writer takes UTF-8 only,
 * and a reader of a format that lets other bytes through shall not end all. */
static const struct fiche_text *text_beside(struct fiche_text *out,
                                            struct buf *store,
                                            const struct facts *facts)
{
	*out = facts->text;
	if (!facts->has_text)
		return NULL;
	if (!utf8_is_valid(out->ptr, out->len)) {
		utf8_put_clean(store, out->ptr, out->len);
		out->ptr = (const char *)store->ptr;
		out->len = store->len;
	}
	return out;
}

int input_add_page(const struct input *i, const struct facts *facts,
                   const char *type, const void *bytes, size_t len,
                   uint64_t line, struct fiche_error *err)
{
	struct fiche_origin origin = { i->name, line };
	struct buf card = { 0 }, store = { 0 };
	struct fiche_text room;
	const struct fiche_text *text = text_beside(&room, &store, facts);
	int r = 0;

	facts_put(&card, facts, i->label, type);
	if (facts->failed || !buf_ok(&card) || !buf_ok(&store))
		r = err_nomem(err);
	else if (len > i->in->opt.record_max)
		r = FICHE_ERR_LIMIT;
	else if (!i->in->opt.dry_run)
		r = fiche_writer_add_file(i->in->writer, (const char *)card.ptr,
		                          card.len, bytes, len, text, &origin,
		                          err);
	else if (i->in->opt.record != NULL)
		i->in->opt.record(i->in->opt.ctx, card.ptr, card.len, true);
	buf_done(&card);
	buf_done(&store);
	return added(i, r, len, bytes, line, err);
}

/* ---- Reading ---- */

/* Read until it is clear what the input is. */
static int look(const struct input *i, struct look *out,
                struct fiche_error *err)
{
	struct lines *l = i->bytes;
	int r = 0;

	while (r == 0 && l->len - l->at < FORMAT_WINDOW) {
		struct look so_far = { l->ptr + l->at, l->len - l->at, false,
			               i->name };

		/* A slow pipe: its first line may be all we need. */
		if (so_far.len > 0 && classify_first_line(&so_far))
			break;
		r = lines_fill(l, err);
		if (r < 0)
			return r;
	}
	*out = (struct look){ l->ptr + l->at, l->len - l->at, r == FICHE_END,
		              i->name };
	return 0;
}

static int read_empty(const struct input *i, struct fiche_error *err)
{
	struct lines *l = i->bytes;

	if (l->end == FICHE_END && !stream_stopped(l->stream))
		input_note(i, 0, "is empty");
	return input_ended(i, l->end, &l->why, "left out", err);
}

/* What the user says it is comes first. */
static const struct format *choose(const struct input *i,
                                   const struct look *begin)
{
	const struct fiche_ingest_options *opt = &i->in->opt;

	if (opt->format != NULL)
		return format_find(opt->format);
	if (opt->records_at != NULL && json_doc_begins(begin))
		return &format_json;
	return format_sniff(begin);
}

int input_read(struct input *i, struct stream *s, struct fiche_error *err)
{
	struct lines *l = &i->in->lines[i->depth];
	const struct format *f;
	struct look begin;
	int r;

	i->bytes = l;
	i->stats->inputs++;
	lines_begin(l, s, i->in->opt.record_max);
	r = look(i, &begin, err);
	if (r == 0) {
		f = choose(i, &begin);
		if (classify_is_nothing(&begin))
			r = read_empty(i, err);
		else
			r = f != NULL ? f->read(i, err) : read_file(i, err);
	}
	i->stats->bytes += l->total;
	return r;
}

/* Bytes of members are not stored ones: progress does not count them. */
static int member_pulse(void *in, size_t got, struct fiche_error *err)
{
	(void)got;
	return input_pulse(in, 0, err);
}

/* Millions of members have millions of names.  Between members of the outermost
 * bundle a commit frees them all. */
static int limit_names(struct fiche_ingest *in, const struct input *outer,
                       struct fiche_error *err)
{
	int r = 0;

	if (outer->depth > 0 || in->member_names_len < NAMES_MAX)
		return 0;
	if (in->writer != NULL && fiche_writer_pending(in->writer) > 0)
		r = commit(in, err);
	if (r < 0)
		return r;
	arena_reset(&in->member_names);
	in->member_names_len = 0;
	return 0;
}

static void join(struct buf *out, const char *outer, const char *member)
{
	buf_printf(out, "%s/%s", outer, member);
	buf_u8(out, '\0');
}

int input_read_member(const struct input *outer, const char *member,
                      stream_source *source, void *ctx, struct fiche_error *err)
{
	struct fiche_ingest *in = outer->in;
	struct input i = { .in = in,
		           .stats = outer->stats,
		           .depth = outer->depth + 1 };
	struct buf name = { 0 }, label = { 0 };
	struct stream *s = NULL;
	int r = limit_names(in, outer, err);

	if (r < 0)
		return r;
	join(&name, outer->name, member);
	join(&label, outer->label, member);
	if (buf_ok(&name) && buf_ok(&label))
		i.name = arena_strndup(&in->member_names, (char *)name.ptr,
		                       name.len - 1);
	in->member_names_len += name.len;
	buf_done(&name);
	i.label = (const char *)label.ptr;
	r = i.name == NULL ? err_nomem(err)
	                   : stream_open_source(&s, source, ctx, member_pulse,
	                                        in, err);
	if (r == 0) {
		stream_set_guard(s, &in->guard);
		r = input_read(&i, s, err);
	}
	stream_close(s);
	buf_done(&label);
	return r;
}
