/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.c - read, sniff, decompress.
 *
 * Plain input goes from read() into the caller's buffer.  Only when its first
 * bytes are the magic of a compression do they move to a buffer of ours.
 */
#include "ingest/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "base/err.h"
#include "ingest/decode.h"

#define WAIT_MS 200
#define IN_SIZE STREAM_READ_MIN

struct stream {
	int fd;
	stream_source *source; /* in place of fd, if not NULL */
	void *source_ctx;
	bool waits; /* not a regular file: poll before each read */
	stream_pulse *pulse;
	void *ctx;
	struct stream_guard *guard; /* or NULL */
	uint64_t offset;            /* stored bytes read */

	bool sniffed;
	enum codec codec;
	struct inflater *decoder;
	struct archive *lz4;
	uint8_t *in; /* IN_SIZE bytes, NULL while plain */
	const uint8_t *in_at;
	size_t in_len;
	bool in_ended;

	bool halted;
	bool stopped;
	int end; /* the final answer, 0 while there is more */
	struct fiche_error why;
};

int stream_open(struct stream **out, int fd, stream_pulse *pulse, void *ctx,
                struct fiche_error *err)
{
	struct stream *s = alloc_zeroed(1, sizeof(*s));
	struct stat st;

	*out = NULL;
	if (s == NULL)
		return err_nomem(err);
	s->fd = fd;
	s->waits = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode);
	s->pulse = pulse;
	s->ctx = ctx;
	*out = s;
	return 0;
}

int stream_open_source(struct stream **out, stream_source *source,
                       void *source_ctx, stream_pulse *pulse, void *ctx,
                       struct fiche_error *err)
{
	int r = stream_open(out, -1, pulse, ctx, err);

	if (r < 0)
		return r;
	(*out)->source = source;
	(*out)->source_ctx = source_ctx;
	(*out)->waits = false;
	return 0;
}

void stream_set_guard(struct stream *s, struct stream_guard *guard)
{
	s->guard = guard;
}

int stream_guard_add(struct stream_guard *g, size_t len, bool in_bundle,
                     struct fiche_error *err)
{
	g->made += len;
	g->unpacked += in_bundle ? len : 0;
	if (g->unpacked > g->unpacked_max)
		return err_set(err, FICHE_ERR_LIMIT, 0,
		               "its members have more than %" PRIu64
		               " bytes in all",
		               g->unpacked_max);
	if (g->made > STREAM_GUARD_FREE && g->made / g->ratio_max > g->stored)
		return err_set(err, FICHE_ERR_LIMIT, 0,
		               "unpacks to more than %u times its size",
		               g->ratio_max);
	return 0;
}

void stream_close(struct stream *s)
{
	if (s == NULL)
		return;
	if (s->lz4 != NULL)
		(void)archive_read_free(s->lz4);
	inflater_free(s->decoder);
	alloc_free(s->in);
	alloc_free(s);
}

bool stream_halted(const struct stream *s)
{
	return s->halted;
}

bool stream_stopped(const struct stream *s)
{
	return s->stopped;
}

/* Remember the final answer and give it. */
static int finish(struct stream *s, int r, struct fiche_error *err)
{
	s->end = r;
	if (r < 0)
		(void)err_copy(err, &s->why);
	return r;
}

static int beat(struct stream *s, size_t got)
{
	int r = s->pulse(s->ctx, got, &s->why);

	if (r < 0) {
		s->halted = true;
		return r;
	}
	if (r > 0)
		s->stopped = true;
	return 0;
}

/* Wait until there is something to read; 0, or a failure. */
static int wait_ready(struct stream *s)
{
	for (;;) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };
		int n = poll(&p, 1, WAIT_MS);

		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return err_sys(&s->why, errno, "waiting failed");
		n = beat(s, 0);
		if (n < 0 || s->stopped)
			return n;
	}
}

/* One read of the source; the same. */
static int read_source(struct stream *s, uint8_t *out, size_t cap, size_t *got)
{
	int r = 0;

	*got = 0;
	while (r == 0 && *got == 0 && !s->stopped) {
		r = s->source(s->source_ctx, out, cap, got, &s->why);
		if (r != 0) {
			*got = 0;
			return r < 0 ? r : 0;
		}
		s->offset += *got;
		r = beat(s, *got);
	}
	return r;
}

/* One read; *got is 0 at the end.  Failures are in s->why. */
static int read_stored(struct stream *s, uint8_t *out, size_t cap, size_t *got)
{
	if (s->source != NULL)
		return read_source(s, out, cap, got);
	*got = 0;
	for (;;) {
		ssize_t n;
		int r;

		if (s->waits && !s->stopped) {
			r = wait_ready(s);
			if (r < 0)
				return r;
		}
		if (s->stopped)
			return 0;
		n = read(s->fd, out, cap);
		if (n > 0) {
			*got = (size_t)n;
			s->offset += (uint64_t)n;
			if (s->guard != NULL)
				s->guard->stored += (uint64_t)n;
			return beat(s, *got);
		}
		if (n == 0)
			return 0;
		if (errno != EINTR && errno != EAGAIN)
			return err_sys(&s->why, errno,
			               "reading failed at byte %" PRIu64,
			               s->offset);
		r = beat(s, 0);
		if (r < 0)
			return r;
	}
}

/* Called by libarchive.  Its own input buffer may not be reused before the
 * next call, which suits ours. */
static la_ssize_t lz4_input(struct archive *a, void *ctx, const void **bytes)
{
	struct stream *s = ctx;
	size_t got = s->in_len;

	if (got == 0 && !s->in_ended) {
		int r = read_stored(s, s->in, IN_SIZE, &got);

		if (r < 0) {
			s->end = r;
			archive_set_error(a, EIO, "%s", s->why.text);
			return -1;
		}
		s->in_ended = got == 0;
		s->in_at = s->in;
	}
	*bytes = s->in_at;
	s->in_len = 0;
	return (la_ssize_t)got;
}

/* A failure of libarchive, or of what it called. */
static int lz4_failed(struct stream *s)
{
	if (s->end < 0)
		return s->end;
	if (s->stopped)
		return FICHE_END;
	if (archive_errno(s->lz4) == ENOMEM) {
		s->halted = true;
		return err_nomem(&s->why);
	}
	return err_set(&s->why, FICHE_ERR_CORRUPT, s->offset,
	               "the lz4 data is cut or damaged near byte %" PRIu64
	               " (%s)",
	               s->offset, archive_error_string(s->lz4));
}

static int lz4_open(struct stream *s)
{
	struct archive_entry *entry;

	s->lz4 = archive_read_new();
	if (s->lz4 == NULL) {
		s->halted = true;
		return err_nomem(&s->why);
	}
	if (archive_read_support_filter_lz4(s->lz4) < ARCHIVE_WARN ||
	    archive_read_support_format_raw(s->lz4) != ARCHIVE_OK ||
	    archive_read_support_format_empty(s->lz4) != ARCHIVE_OK ||
	    archive_read_open(s->lz4, s, NULL, lz4_input, NULL) != ARCHIVE_OK)
		return lz4_failed(s);
	switch (archive_read_next_header(s->lz4, &entry)) {
	case ARCHIVE_OK:
	case ARCHIVE_WARN:
		if (archive_filter_code(s->lz4, 0) == ARCHIVE_FILTER_LZ4)
			return 0;
		return err_set(&s->why, FICHE_ERR_CORRUPT, 0,
		               "the lz4 data is cut or damaged near byte 0");
	case ARCHIVE_EOF:
		return FICHE_END;
	default:
		return lz4_failed(s);
	}
}

static int lz4_read(struct stream *s, uint8_t *out, size_t cap, size_t *got)
{
	la_ssize_t n;
	int r;

	if (s->lz4 == NULL) {
		r = lz4_open(s);
		if (r != 0)
			return r;
	}
	do
		n = archive_read_data(s->lz4, out, cap);
	while (n == ARCHIVE_RETRY);
	if (n < 0)
		return lz4_failed(s);
	*got = (size_t)n;
	return n == 0 ? FICHE_END : 0;
}

/* The decoder's complaint, with the place in the stored bytes. */
static int decode_failed(struct stream *s, int r, const char *what)
{
	uint64_t at = s->offset - s->in_len;

	if (r == FICHE_ERR_NOMEM) {
		s->halted = true;
		return err_nomem(&s->why);
	}
	return err_set(&s->why, r, at, "%s at byte %" PRIu64, what, at);
}

/* Returns as stream_read(), failures in s->why; *got may be > 0 with one. */
static int decode(struct stream *s, uint8_t *out, size_t cap, size_t *got)
{
	for (;;) {
		uint8_t *to = out;
		size_t room = cap, left;
		struct fiche_error why;
		bool idle;
		int r;

		if (s->in_len == 0 && !s->in_ended) {
			r = read_stored(s, s->in, IN_SIZE, &s->in_len);
			if (r < 0)
				return r;
			s->in_at = s->in;
			s->in_ended = s->in_len == 0;
		}
		left = s->in_len;
		idle = inflater_idle(s->decoder);
		r = inflater_step(s->decoder, &s->in_at, &s->in_len, &to, &room,
		                  &why);
		*got = cap - room;
		if (r < 0)
			return decode_failed(s, r, why.text);
		if (*got > 0)
			return 0;
		/* Not expected of any library, but it would hang us. */
		if (left > 0 && left == s->in_len &&
		    idle == inflater_idle(s->decoder))
			return decode_failed(s, FICHE_ERR_CORRUPT,
			                     "decompression does not go on");
		if (!s->in_ended)
			continue;
		if (s->stopped)
			return FICHE_END;
		if (inflater_idle(s->decoder) && s->in_len == 0)
			return FICHE_END;
		if (s->in_len > 0)
			continue;
		(void)snprintf(why.text, sizeof(why.text),
		               "the %s data is cut short",
		               codec_name(s->codec));
		return decode_failed(s, FICHE_ERR_TRUNCATED, why.text);
	}
}

/* The first bytes are in `out`: leave them there, or make them the input. */
static int begin(struct stream *s, uint8_t *out, size_t *got)
{
	bool unsure = true;
	int r;

	while (unsure) {
		size_t more;

		r = read_stored(s, out + *got, IN_SIZE - *got, &more);
		if (r < 0)
			return r;
		*got += more;
		s->codec = codec_sniff(out, *got, &unsure);
		if (more == 0)
			break;
	}
	s->sniffed = true;
	if (s->codec == CODEC_PLAIN)
		return 0;

	s->in = alloc_bytes(IN_SIZE);
	if (s->in == NULL) {
		s->halted = true;
		return err_nomem(&s->why);
	}
	memcpy(s->in, out, *got);
	s->in_at = s->in;
	s->in_len = *got;
	*got = 0;
	if (s->codec == CODEC_LZ4)
		return 0;
	r = inflater_new(&s->decoder, s->codec, &s->why);
	if (r < 0)
		s->halted = true;
	return r;
}

/* What was decoded is given; after that, no more if it is too much. */
static void watch(struct stream *s, size_t got)
{
	if (s->guard != NULL && s->codec != CODEC_PLAIN && s->end == 0)
		s->end = stream_guard_add(s->guard, got, false, &s->why);
}

int stream_read(struct stream *s, uint8_t *out, size_t cap, size_t *got,
                struct fiche_error *err)
{
	int r = 0;

	*got = 0;
	if (s->end != 0)
		return finish(s, s->end, err);
	if (!s->sniffed) {
		r = begin(s, out, got);
		if (r < 0)
			return finish(s, r, err);
		if (*got > 0)
			return 0;
	}
	if (s->codec == CODEC_LZ4)
		r = lz4_read(s, out, cap, got);
	else if (s->codec != CODEC_PLAIN)
		r = decode(s, out, cap, got);
	else
		r = read_stored(s, out, cap, got);
	if (r == 0 && *got == 0)
		r = FICHE_END;
	if (r == 0) {
		watch(s, *got);
		return 0;
	}
	/* What was decoded before a failure goes first. */
	if (*got > 0 && !s->halted) {
		s->end = r;
		return 0;
	}
	*got = 0;
	return finish(s, r, err);
}
