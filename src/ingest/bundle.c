/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.c - our end: the members of a bundle, each an input of its own.
 *
 * What the confined reader says comes in frames.  While a member is read, its
 * stream pulls frames through member_source(); in between we do.  Reading one
 * may mean feeding the reader first, from a stream that may be a member itself.
 */
#include "ingest/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"
#include "ingest/bundle_wire.h"
#include "ingest/child.h"

#define NOTES_MAX    8 /* told for one bundle */
#define NAME_LEN_MAX ((size_t)1000)

struct reading {
	const struct input *i;
	const char *kind;
	struct child child;
	bool feeding;  /* its bytes come from i->bytes, else it has a file */
	bool reopened; /* that file is the input, not a copy */
	uint64_t size, told; /* of the input, and of it for progress */

	struct wire wire;
	uint8_t *buf; /* what was received: [at, len) is not decoded */
	size_t at, len;
	struct wire_frame frame; /* the last; points into buf */
	size_t given;            /* bytes of a DATA frame handed out */
	bool inside;             /* a member's END has not come */

	uint64_t counts[WIRE_WHATS];
	unsigned notes;
	bool stopped;
	bool lost;  /* nothing more can come, `why` tells */
	int halted; /* a failure that ends all, in `why` */
	struct fiche_error why;
};

/* ---- Frames -------------------------------------------------------- */

/* Nothing more can come from the reader. */
static int lose(struct reading *r, int code)
{
	r->lost = true;
	return code;
}

static int died(struct reading *r)
{
	char how[80];

	child_end(&r->child, how, sizeof(how));
	(void)err_set(&r->why, FICHE_ERR_IO, FICHE_NOWHERE,
	              "its confined reader %s", how);
	return lose(r, FICHE_ERR_IO);
}

/* Send some of the bundle, or say that this was all. */
static int feed(struct reading *r)
{
	struct lines *l = r->i->bytes;
	int e;

	if (l->at == l->len) {
		e = lines_fill(l, &r->why);
		if (e < 0)
			return r->halted = e;
		if (e == FICHE_END) {
			r->stopped |= stream_stopped(l->stream);
			child_send_end(&r->child);
			return 0;
		}
	}
	l->at += child_send(&r->child, l->ptr + l->at, l->len - l->at);
	return 0;
}

static int receive(struct reading *r)
{
	size_t got;
	int e;

	if (r->at > 0) {
		memmove(r->buf, r->buf + r->at, r->len - r->at);
		r->len -= r->at;
		r->at = 0;
	}
	e = child_receive(&r->child, r->buf + r->len, WIRE_FRAME_MAX - r->len,
	                  &got, &r->why);
	if (e == FICHE_END)
		return died(r);
	if (e < 0)
		return lose(r, e);
	r->len += got;
	return 0;
}

/*
 * The next frame.  Returns 0, FICHE_END if there is none yet, or a failure,
 * in r->why and for good.  Frames are decoded where they stand: the one before
 * is over.
 */
static int next_frame(struct reading *r)
{
	bool readable, writable = false;
	size_t used;
	int e;

	if (r->lost || r->halted < 0)
		return r->why.code;
	e = wire_decode(&r->wire, &r->frame, r->buf + r->at, r->len - r->at,
	                &used, &r->why);
	if (e == 0)
		r->at += used;
	if (e < 0)
		return lose(r, e);
	if (e == 0)
		return 0;
	e = child_wait(&r->child, &readable,
	               r->child.to >= 0 ? &writable : NULL, &r->why);
	if (e < 0)
		return lose(r, e);
	if (readable)
		e = receive(r);
	else if (writable)
		e = feed(r);
	return e < 0 ? e : FICHE_END;
}

/* ---- Members ------------------------------------------------------- */

/* Text from the reader, fit to be shown: UTF-8 on one line. */
static void put_safe(struct buf *out, struct fiche_text text, size_t most)
{
	size_t from = out->len;

	if (text.len > most)
		text.len = most;
	utf8_put_clean(out, text.ptr, text.len);
	for (; from < out->len; from++)
		if (out->ptr[from] < ' ' || out->ptr[from] == 0x7f)
			out->ptr[from] = '?';
	buf_u8(out, '\0');
}

/* As a label; in the archive nobody shall take it for a path from a root. */
static void put_name(struct buf *out, struct fiche_text path)
{
	while (path.len > 0 &&
	       (path.ptr[0] == '/' ||
	        (path.len > 1 && memcmp(path.ptr, "./", 2) == 0))) {
		path.ptr++;
		path.len--;
	}
	if (path.len == 0)
		path = (struct fiche_text){ "unnamed", 7 };
	put_safe(out, path, NAME_LEN_MAX);
}

/* The member that was read is over: progress by what the bundle has shrunk. */
static int member_end(struct reading *r)
{
	uint64_t now = r->frame.read < r->size ? r->frame.read : r->size;
	uint64_t more = now > r->told ? now - r->told : 0;
	int e;

	r->inside = false;
	r->told += more;
	e = input_pulse(r->i->in, (size_t)more, &r->why);
	if (e < 0)
		return r->halted = e;
	return 0;
}

static int member_failed(struct reading *r, struct fiche_error *err)
{
	struct buf text = { 0 };

	put_safe(&text, r->frame.text, WIRE_TEXT_MAX);
	(void)err_set(err, FICHE_ERR_CORRUPT, 0, "cannot be unpacked (%s)",
	              buf_ok(&text) ? (const char *)text.ptr : "");
	buf_done(&text);
	return FICHE_ERR_CORRUPT;
}

/* A stream_source. */
static int member_source(void *ctx, uint8_t *out, size_t cap, size_t *got,
                         struct fiche_error *err)
{
	struct reading *r = ctx;
	bool had_stopped = r->stopped;
	size_t n;
	int e = 0;

	*got = 0;
	if (r->inside && r->given == r->frame.len) {
		e = next_frame(r);
		/* Nothing yet: the stream looks whether to stop. */
		if (e == FICHE_END)
			return had_stopped ? FICHE_END : 0;
		if (e < 0)
			return err_copy(err, &r->why);
		r->given = 0;
		if (r->frame.kind == WIRE_END)
			e = member_end(r);
		else
			e = stream_guard_add(&r->i->in->guard, r->frame.len,
			                     true, err);
		if (e < 0)
			return e == r->halted ? err_copy(err, &r->why) : e;
	}
	if (!r->inside)
		return r->frame.status == WIRE_OK ? FICHE_END
		                                  : member_failed(r, err);
	n = r->frame.len - r->given;
	n = n < cap ? n : cap;
	memcpy(out, r->frame.ptr + r->given, n);
	r->given += n;
	*got = n;
	return 0;
}

/* What its reader left, for it may have had enough early. */
static int drain(struct reading *r)
{
	struct fiche_error *why = &r->why;

	while (r->inside && !r->stopped) {
		int e = next_frame(r);

		if (e == FICHE_END)
			r->stopped |= input_stopped(r->i);
		else if (e < 0)
			return e;
		else if (r->frame.kind == WIRE_END)
			e = member_end(r);
		else if (stream_guard_add(&r->i->in->guard, r->frame.len, true,
		                          why) < 0)
			return lose(r, why->code);
		if (e < 0)
			return e;
	}
	return 0;
}

static int read_member(struct reading *r, struct fiche_error *err)
{
	struct buf name = { 0 };
	int e;

	put_name(&name, r->frame.text);
	r->frame.len = r->given = 0;
	r->inside = true;
	e = buf_ok(&name) ? input_read_member(r->i, (const char *)name.ptr,
	                                      member_source, r, err)
	                  : err_nomem(err);
	buf_done(&name);
	if (e < 0)
		return e;
	r->stopped |= r->i->stats->stopped;
	(void)drain(r);
	return 0;
}

/* ---- The bundle ---------------------------------------------------- */

static void tell_note(struct reading *r)
{
	struct buf text = { 0 };
	bool *confinement = &r->i->in->told_confinement;

	put_safe(&text, r->frame.text, WIRE_TEXT_MAX);
	if (!buf_ok(&text) || r->notes == NOTES_MAX) {
		buf_done(&text);
		return;
	}
	/* The same for every bundle. */
	if (strncmp((const char *)text.ptr, "confinement: ", 13) == 0) {
		if (*confinement)
			goto out;
		*confinement = true;
	}
	r->notes++;
	input_note(r->i, 0, "%s", (const char *)text.ptr);
out:
	buf_done(&text);
}

static void tell_count(struct reading *r, enum wire_what what, const char *one,
                       const char *many)
{
	uint64_t n = r->counts[what];

	if (n > 0)
		input_note(r->i, 0, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

static void tell_counts(struct reading *r)
{
	tell_count(r, WIRE_LINK, "link in it was not followed",
	           "links in it were not followed");
	tell_count(r, WIRE_SPECIAL, "device or pipe in it was left out",
	           "devices or pipes in it were left out");
	tell_count(r, WIRE_ASIDE, "member is no content and was left out",
	           "members are no content and were left out");
}

static int start_member(struct reading *r, struct fiche_error *err)
{
	struct fiche_ingest *in = r->i->in;
	struct buf name = { 0 };

	if (in->members == in->opt.members_max) {
		(void)err_set(&r->why, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		              "more than %" PRIu64 " members",
		              in->opt.members_max);
		(void)lose(r, FICHE_ERR_LIMIT);
		return 0;
	}
	in->members++;
	r->counts[r->frame.what]++;
	if (r->frame.what == WIRE_FILE)
		return read_member(r, err);
	if (r->frame.what != WIRE_ENCRYPTED)
		return 0;
	put_name(&name, r->frame.text);
	if (buf_ok(&name))
		input_skip(r->i, 0, "%s is encrypted: left out",
		           (const char *)name.ptr);
	buf_done(&name);
	return 0;
}

/* Until the reader is done, or lost.  Returns a failure that ends all. */
static int read_members(struct reading *r, struct fiche_error *err)
{
	struct stream_guard *guard = &r->i->in->guard;
	int e = 0;

	while (e == 0 && !r->stopped && !r->lost && r->halted == 0) {
		e = next_frame(r);
		if (e < 0)
			return 0;
		r->stopped |= input_stopped(r->i);
		if (e == FICHE_END) {
			e = 0;
			continue;
		}
		if (r->frame.kind == WIRE_DONE)
			break;
		if (r->frame.kind == WIRE_NOTE)
			tell_note(r);
		else
			e = start_member(r, err);
		/* One member burst it: no need to see that with each. */
		if (e == 0 && !r->lost &&
		    stream_guard_add(guard, 0, true, &r->why) < 0)
			(void)lose(r, r->why.code);
	}
	return e;
}

/* How it ended. */
static int judge(struct reading *r, struct fiche_error *err)
{
	static const char lost[] = "what follows is lost";
	const struct lines *l = r->i->bytes;

	if (r->halted < 0)
		return err_copy(err, &r->why);
	tell_counts(r);
	if (r->stopped) {
		r->i->stats->stopped = true;
		return 0;
	}
	/* The damage that was first. */
	if (!r->reopened && l->end < 0)
		return input_ended(r->i, l->end, &l->why, lost, err);
	if (r->lost) {
		input_fail(r->i, "%s: %s", r->why.text, lost);
		return 0;
	}
	if (r->frame.status != WIRE_OK) {
		(void)member_failed(r, &r->why);
		input_fail(r->i, "%s: %s", r->why.text,
		           r->frame.status == WIRE_UNREADABLE ? "left out"
		                                              : lost);
	}
	return 0;
}

/* Behind the end of the bundle there may still be damage of the compression
 * around it. */
static int read_rest(struct reading *r)
{
	struct lines *l = r->i->bytes;
	int e = 0;

	while (e == 0 && r->feeding && !r->stopped) {
		l->at = l->len;
		e = lines_fill(l, &r->why);
		if (e < 0)
			return r->halted = e;
	}
	r->stopped |= stream_stopped(l->stream);
	return 0;
}

/* The input as a file that can be read back and forth: the one that it is, if
 * the stream did not decompress it; or -1. */
static int open_again(const struct input *i, uint64_t *size)
{
	const struct lines *l = i->bytes;
	uint8_t begin[4096];
	size_t len = l->len < sizeof(begin) ? l->len : sizeof(begin);
	struct stat st;
	int fd;

	if (i->path == NULL || l->at != 0)
		return -1;
	fd = open(i->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    pread(fd, begin, len, 0) != (ssize_t)len ||
	    memcmp(begin, l->ptr, len) != 0) {
		(void)close(fd);
		return -1;
	}
	*size = (uint64_t)st.st_size;
	return fd;
}

/* Its file, or -1 if it is to be fed; FICHE_END if that failed and was told. */
static int find_file(struct reading *r, int *file, struct fiche_error *err)
{
	const struct input *i = r->i;
	struct fiche_error why;
	int e;

	*file = open_again(i, &r->size);
	r->reopened = *file >= 0;
	if (r->reopened) {
		r->told = i->bytes->total;
		i->in->guard.stored += r->size;
		return 0;
	}
	r->feeding = !bundle_needs_seek(r->kind);
	if (r->feeding)
		return 0;
	e = bundle_spool(i->bytes, i->in->opt.unpacked_max, file, &why);
	if (e == 0 && !stream_stopped(i->bytes->stream))
		return 0;
	if (e == FICHE_ERR_IO && !stream_halted(i->bytes->stream)) {
		input_fail(i, "%s: left out", why.text);
		return FICHE_END;
	}
	i->stats->stopped |= e == 0;
	return e < 0 ? err_copy(err, &why) : FICHE_END;
}

static int run(struct reading *r, int file, struct fiche_error *err)
{
	const struct fiche_ingest_options *opt = &r->i->in->opt;
	char how[80];
	int e;

	r->buf = alloc_bytes(WIRE_FRAME_MAX);
	if (r->buf == NULL)
		return err_nomem(err);
	e = child_start(&r->child, opt->worker, FICHE_INGEST_WORKER, r->kind,
	                bundle_work, file, &r->why);
	if (e < 0)
		(void)lose(r, e);
	e = read_members(r, err);
	if (e == 0 && !r->lost && r->halted == 0)
		e = read_rest(r);
	child_end(&r->child, how, sizeof(how));
	if (e == 0)
		e = judge(r, err);
	alloc_free(r->buf);
	return e;
}

static int read_bundle(const struct input *i, struct fiche_error *err)
{
	struct lines *l = i->bytes;
	struct look begin = { l->ptr + l->at, l->len - l->at, l->end != 0,
		              i->name };
	struct reading r = { .i = i, .kind = bundle_sniff(&begin) };
	int file = -1, e;

	if (i->depth == INPUT_DEPTH_MAX) {
		input_note(i, 0, "is a bundle in %u others: kept as a file",
		           i->depth);
		return read_file(i, err);
	}
	e = find_file(&r, &file, err);
	if (e == 0)
		e = run(&r, file, err);
	if (file >= 0)
		(void)close(file);
	l->total = 0; /* its members' bytes are counted */
	return e < 0 ? e : 0;
}

static bool is_bundle(const struct look *look)
{
	return bundle_sniff(look) != NULL;
}

const struct format format_bundle = { "bundle", is_bundle, read_bundle };
