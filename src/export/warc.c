/* SPDX-License-Identifier: Apache-2.0 */
/*
 * warc.c - WARC/1.1, the format of web archives.
 *
 * Records that came out of a WARC go into one as they are.  Other files are
 * `resource` records; so are JSON records, followed by a `conversion` with the
 * text, for tools that want to read.  Ids come from digests, so the same
 * articles give the same file.
 */

#include <inttypes.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/kind.h"

#define SHA1_SIZE 20

struct export_writer {
	struct out *out;
	int64_t time;
	struct buf head;
};

static void warc_free(struct export_writer *w)
{
	if (!w)
		return;
	buf_done(&w->head);
	alloc_free(w);
}

/* ---- fields of a header -------------------------------------------- */

/* 16 bytes of a digest as a UUID of version 8 (RFC 9562). */
static void put_uuid(struct buf *out, const uint8_t bytes[16])
{
	buf_text(out, "<urn:uuid:");
	for (int i = 0; i < 16; i++) {
		unsigned b = bytes[i];

		if (i == 6)
			b = (b & 0x0f) | 0x80;
		if (i == 8)
			b = (b & 0x3f) | 0x80;
		buf_printf(out, "%s%02x",
		           i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b);
	}
	buf_text(out, ">\r\n");
}

static void put_base32(struct buf *out, const uint8_t bytes[SHA1_SIZE])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	/* 20 bytes are 32 digits exactly: no padding. */
	for (int i = 0; i < SHA1_SIZE; i += 5) {
		uint64_t v = 0;

		for (int k = 0; k < 5; k++)
			v = v << 8 | bytes[i + k];
		for (int k = 35; k >= 0; k -= 5)
			buf_u8(out, (uint8_t)letters[v >> k & 31]);
	}
}

static int put_digests(struct buf *out, const void *block, size_t len,
                       bool payload)
{
	uint8_t sha256[SHA256_SIZE], sha1[SHA1_SIZE];

	if (sha256_of(sha256, block, len) < 0)
		return -1;
	buf_text(out, "WARC-Block-Digest: sha256:");
	for (int i = 0; i < SHA256_SIZE; i++)
		buf_printf(out, "%02x", sha256[i]);
	buf_text(out, "\r\n");
	if (!payload)
		return 0;
	if (EVP_Digest(block, len, sha1, NULL, EVP_sha1(), NULL) != 1)
		return -1;
	buf_text(out, "WARC-Payload-Digest: sha1:");
	put_base32(out, sha1);
	buf_text(out, "\r\n");
	return 0;
}

static void put_date(struct buf *out, const struct export_writer *w,
                     const struct fiche_article *a)
{
	buf_text(out, "WARC-Date: ");
	if (a && a->fetched.precision != FICHE_DATE_NONE)
		kind_put_time(out, a->fetched.begin);
	else if (a && a->published.precision != FICHE_DATE_NONE)
		kind_put_time(out, a->published.begin);
	else
		kind_put_time(out, w->time);
	buf_text(out, "\r\n");
}

static void put_target(struct buf *out, const struct fiche_article *a)
{
	buf_text(out, "WARC-Target-URI: ");
	if (kind_is_absolute(&a->url)) {
		kind_put_url(out, &a->url);
	} else {
		buf_text(out, "urn:sha256:");
		cell_digest(out, a);
	}
	buf_text(out, "\r\n");
}

/* The header is in w->head but for the length; the block follows. */
static int put_record(struct export_writer *w, const void *block, size_t len,
                      struct fiche_error *err)
{
	int r;

	buf_printf(&w->head, "Content-Length: %zu\r\n\r\n", len);
	if (!buf_ok(&w->head))
		return err_nomem(err);
	r = out_put(w->out, w->head.ptr, w->head.len, err);
	if (r == 0)
		r = out_put(w->out, block, len, err);
	if (r == 0)
		r = out_put(w->out, "\r\n\r\n", 4, err);
	return r == 0 ? out_cut(w->out, err) : r;
}

/* ---- records ------------------------------------------------------- */

static int put_info(struct export_writer *w, struct fiche_error *err)
{
	static const char block[] =
		"software: fiche " FICHE_VERSION "\r\n"
		"format: WARC File Format 1.1\r\n"
		"conformsTo: http://iipc.github.io/warc-specifications/"
		"specifications/warc-format/warc-1.1/\r\n";
	uint8_t digest[SHA256_SIZE];
	struct buf *h = &w->head;

	buf_clear(h);
	buf_printf(h, "%s%" PRId64, block, w->time);
	if (!buf_ok(h) || sha256_of(digest, h->ptr, h->len) < 0)
		return err_nomem(err);
	buf_clear(h);
	buf_text(h, "WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: ");
	put_uuid(h, digest);
	put_date(h, w, NULL);
	if (put_digests(h, block, sizeof(block) - 1, false) < 0)
		return err_nomem(err);
	buf_text(h, "Content-Type: application/warc-fields\r\n");
	return put_record(w, block, sizeof(block) - 1, err);
}

static int put_resource(struct export_writer *w, const struct export_article *a,
                        struct fiche_error *err)
{
	struct buf *h = &w->head;

	buf_clear(h);
	buf_text(h, "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: ");
	put_uuid(h, a->article->digest);
	put_date(h, w, a->article);
	put_target(h, a->article);
	if (put_digests(h, a->record.ptr, a->record.len, true) < 0)
		return err_nomem(err);
	buf_text(h, "Content-Type: ");
	kind_put_type(h, &a->article->media_type);
	buf_text(h, "\r\n");
	return put_record(w, a->record.ptr, a->record.len, err);
}

static int put_conversion(struct export_writer *w,
                          const struct fiche_article *a,
                          struct fiche_error *err)
{
	struct buf *h = &w->head;

	buf_clear(h);
	buf_text(h, "WARC/1.1\r\nWARC-Type: conversion\r\nWARC-Record-ID: ");
	put_uuid(h, a->digest + 16);
	buf_text(h, "WARC-Refers-To: ");
	put_uuid(h, a->digest);
	put_date(h, w, a);
	put_target(h, a);
	if (put_digests(h, a->text.ptr, a->text.len, true) < 0)
		return err_nomem(err);
	buf_text(h, "Content-Type: text/plain; charset=utf-8\r\n");
	return put_record(w, a->text.ptr, a->text.len, err);
}

/* ---- records of WARC ----------------------------------------------- */

/* The line end at or behind `at`, or NULL. */
static const char *line_end(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));

	return lf && lf > at && lf[-1] == '\r' ? lf - 1 : NULL;
}

static bool begins_with(const char *at, const char *end, const char *name)
{
	for (; *name; name++, at++) {
		char c = at < end ? *at : '\0';

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != *name)
			return false;
	}
	return true;
}

/* The value of "Content-Length:", or UINT64_MAX. */
static uint64_t read_length(const char *at, const char *end)
{
	uint64_t v = 0;
	bool any = false;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	for (; at < end && *at >= '0' && *at <= '9'; at++, any = true) {
		if (v > UINT64_MAX / 10 - 9)
			return UINT64_MAX;
		v = v * 10 + (uint64_t)(*at - '0');
	}
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return any && at == end ? v : UINT64_MAX;
}

/*
 * The bytes of header and block, if that is what the record is, with the two
 * line ends behind them or without; otherwise 0.
 */
static size_t warc_len(const struct fiche_text *record)
{
	static const char name[] = "content-length:";
	const char *at = record->ptr, *end = at + record->len;
	uint64_t len = UINT64_MAX;
	size_t left;

	if (!begins_with(at, end, "warc/1."))
		return 0;
	for (const char *eol; (eol = line_end(at, end)) != NULL;) {
		if (eol == at)
			break;
		if (begins_with(at, eol, name))
			len = read_length(at + sizeof(name) - 1, eol);
		at = eol + 2;
	}
	left = (size_t)(end - at);
	if (left < 2 || memcmp(at, "\r\n", 2) != 0 || len > left - 2)
		return 0;
	at += 2 + len;
	left -= 2 + (size_t)len;
	if (left != 0 && (left != 4 || memcmp(at, "\r\n\r\n", 4) != 0))
		return 0;
	return (size_t)(at - record->ptr);
}

static int put_as_is(struct export_writer *w, const char *bytes, size_t len,
                     struct fiche_error *err)
{
	int r = out_put(w->out, bytes, len, err);

	if (r == 0)
		r = out_put(w->out, "\r\n\r\n", 4, err);
	return r == 0 ? out_cut(w->out, err) : r;
}

/* ---- the format ---------------------------------------------------- */

static int warc_begin(struct export_writer **out,
                      const struct export_target *to, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	w->time = to->opt->time;
	r = put_info(w, err);
	if (r < 0) {
		warc_free(w);
		return r;
	}
	*out = w;
	return 0;
}

static int warc_add(struct export_writer *w, const struct export_article *a,
                    struct fiche_error *err)
{
	bool is_json = kind_is_json(a->article);
	size_t len = is_json ? 0 : warc_len(&a->record);
	int r;

	if (len > 0)
		return put_as_is(w, a->record.ptr, len, err);
	r = put_resource(w, a, err);
	if (r == 0 && is_json && a->article->text.len > 0)
		r = put_conversion(w, a->article, err);
	return r;
}

static int warc_finish(struct export_writer *w, struct fiche_error *err)
{
	(void)w;
	(void)err;
	return 0;
}

const struct export_format export_warc = {
	.about = { "warc", "a web archive (WARC/1.1)", ".warc", false, true },
	.no_json = true,
	.begin = warc_begin,
	.add = warc_add,
	.finish = warc_finish,
	.free = warc_free,
};
