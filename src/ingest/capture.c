/* SPDX-License-Identifier: Apache-2.0 */
/* capture.c - from a crawler's record to a document; see capture.h. */
#include "ingest/capture.h"

#include <stdio.h>
#include <string.h>

#include "ingest/document.h"
#include "ingest/format.h"
#include "ingest/mediacloud.h"

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

void capture_look(struct capture *c)
{
	struct bytes body = c->block;
	struct fiche_text type = c->head.type;

	c->is_http = c->head.is_content &&
	             http_read(&c->http, c->block.ptr, c->block.len);
	if (c->is_http) {
		type = c->http.type;
		body.ptr += c->http.head_len;
		body.len -= c->http.head_len;
	}
	head_media(&c->media, type);
	if (c->head.is_content && c->media.type[0] == '\0' &&
	    !(c->is_http && c->http.content_coding.len > 0)) {
		size_t len = min_size(body.len, FORMAT_WINDOW);
		const char *guess =
			document_guess(body.ptr, len, len == body.len);

		if (guess != NULL)
			(void)snprintf(c->media.type, sizeof(c->media.type),
			               "%s", guess);
	}
}

/* What goes into a message must be harmless, whoever wrote it. */
static void put_kind(char kind[CAPTURE_KIND], struct fiche_text text)
{
	size_t n = min_size(text.len, CAPTURE_KIND - 1);

	for (size_t i = 0; i < n; i++)
		kind[i] = text.ptr[i] > ' ' && text.ptr[i] < 0x7f ? text.ptr[i]
		                                                  : '?';
	kind[n] = '\0';
}

bool capture_is_other(const struct capture *c, char kind[CAPTURE_KIND])
{
	const struct capture_head *h = &c->head;
	const char *type = c->media.type;

	if (!h->is_content)
		put_kind(kind, h->kind);
	else if (c->is_http && (c->http.status < 200 || c->http.status > 299))
		(void)snprintf(kind, CAPTURE_KIND, "status %u", c->http.status);
	else if (c->block.len <= (c->is_http ? c->http.head_len : 0))
		(void)snprintf(kind, CAPTURE_KIND, "empty");
	else if (document_is_read(type))
		return false;
	else if (type[0] == '\0')
		(void)snprintf(kind, CAPTURE_KIND, "of unknown type");
	else
		put_kind(kind, (struct fiche_text){ type, strlen(type) });
	if (kind[0] == '\0')
		(void)snprintf(kind, CAPTURE_KIND, "of no kind");
	return true;
}

/* ---- Digests ---- */

/*
 * The standard means the payload without its chunks, most crawlers hash it with
 * them, and some without its compression too.  Any of these will do.
 */
static int check_payload(const struct capture *c, bool *good,
                         struct buf spare[2], struct fiche_error *err)
{
	struct fiche_text said = c->head.payload_digest;
	struct bytes rest = c->block, payload, body;
	int r;

	if (c->is_http || head_begins(c->head.type, "application/http")) {
		size_t n = head_len(rest.ptr, rest.len);

		n = n == 0 ? rest.len : n;
		rest.ptr += n;
		rest.len -= n;
	}
	*good = digest_check(said, rest.ptr, rest.len) != DIGEST_BAD;
	if (*good || !c->is_http)
		return 0;
	r = http_payload(&payload, &spare[0], &c->http, c->block.ptr,
	                 c->block.len, err);
	if (r < 0)
		return r;
	*good = digest_check(said, payload.ptr, payload.len) != DIGEST_BAD;
	if (*good)
		return 0;
	r = http_body(&body, &spare[1], &c->http, payload, err);
	if (r == 0)
		*good = digest_check(said, body.ptr, body.len) != DIGEST_BAD;
	return r;
}

int capture_check(const struct capture *c, const char **which,
                  struct buf spare[2], struct fiche_error *err)
{
	bool good = true;
	int r = 0;

	*which = NULL;
	if (digest_check(c->head.block_digest, c->block.ptr, c->block.len) ==
	    DIGEST_BAD) {
		*which = "block";
		return 0;
	}
	if (c->head.payload_digest.len > 0)
		r = check_payload(c, &good, spare, err);
	if (r == 0 && !good)
		*which = "payload";
	return r;
}

/* ---- Facts ---- */

static int read_content(struct facts *f, const struct capture *c,
                        struct buf spare[2], int64_t now,
                        struct fiche_error *err)
{
	struct fiche_text text = f->text;
	bool has_text = f->has_text;
	struct bytes body = c->block;
	struct buf *other = &spare[0];
	int r = 0;

	if (c->is_http) {
		struct bytes payload;

		r = http_payload(&payload, &spare[0], &c->http, body.ptr,
		                 body.len, err);
		if (r == 0)
			r = http_body(&body, &spare[1], &c->http, payload, err);
		if (body.ptr == spare[0].ptr)
			other = &spare[1];
	}
	if (r == 0)
		r = document_read(f, other, &c->media, body, now, err);
	/* A text that came with it is better than any we find. */
	if (has_text)
		f->text = text;
	return r;
}

/* A scraper's record that was put into a file of crawlers, not fetched: its own
 * URL may be one that no header can hold. */
static bool knows_its_url(const struct capture *c)
{
	return head_is(c->head.kind, "resource") &&
	       strcmp(c->media.type, "application/json") == 0;
}

int capture_add(const struct input *i, const struct capture *c,
                const char *type, bool read, uint64_t number,
                struct buf spare[2], struct fiche_error *err)
{
	const struct capture_head *h = &c->head;
	struct facts f;
	int r = 0;

	arena_reset(&i->in->scratch);
	facts_init(&f, &i->in->scratch);
	if (c->notes.len > 0)
		r = mediacloud_read(&f, &h->url, c->notes, err);
	else if (!knows_its_url(c))
		facts_set(&f, &f.url, h->url);
	f.id.len = 0;
	f.fetched.len = 0;
	facts_set(&f, &f.id, h->id);
	facts_set(&f, &f.fetched, h->date);
	if (r == 0 && read)
		r = read_content(&f, c, spare, i->in->opt.now, err);
	facts_set(&f, &f.url, h->url);
	if (head_begins(f.url, "urn:"))
		f.url.len = 0;
	/* Nobody is to read headers and markup for want of better. */
	f.has_text = true;
	if (f.text.len == 0)
		f.text.ptr = "";
	return r < 0 ? r
	             : input_add_page(i, &f, type, c->record.ptr, c->record.len,
	                              number, err);
}
