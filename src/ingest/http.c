/* SPDX-License-Identifier: Apache-2.0 */
/* http.c - responses; see http.h. */
#include "ingest/http.h"

#include <string.h>

#include "base/err.h"
#include "ingest/coding.h"
#include "ingest/head.h"

#define CODINGS_MAX 4 /* one upon the other */

/* "HTTP/1.1 200 OK", "HTTP/2 200", "HTTP/1.0 404 HUH?", "ICY 200 OK". */
static unsigned read_status(const uint8_t *at, size_t len)
{
	struct fiche_text text = { (const char *)at, len };
	unsigned status = 0;
	size_t i = 0;

	if (!head_begins(text, "HTTP/") && !head_begins(text, "ICY "))
		return 0;
	while (i < len && at[i] != ' ' && at[i] != '\n')
		i++;
	while (i < len && at[i] == ' ')
		i++;
	for (size_t n = 0; n < 3 && i < len; n++, i++) {
		if (at[i] < '0' || at[i] > '9')
			return 0;
		status = status * 10 + (unsigned)(at[i] - '0');
	}
	return status >= 100 ? status : 0;
}

bool http_read(struct http *out, const uint8_t *block, size_t len)
{
	static const char *const names[] = { "content-type", "content-encoding",
		                             "transfer-encoding" };
	struct fiche_text values[3];
	unsigned status = read_status(block, len);

	if (status == 0)
		return false;
	out->status = status;
	out->head_len = head_len(block, len);
	if (out->head_len == 0)
		out->head_len = len;
	head_find(values, names, 3, block, out->head_len);
	out->type = values[0];
	out->content_coding = values[1];
	out->transfer_coding = values[2];
	return true;
}

int http_payload(struct bytes *out, struct buf *spare, const struct http *h,
                 const uint8_t *block, size_t len, struct fiche_error *err)
{
	struct bytes rest = { block + h->head_len, len - h->head_len };

	if (!head_is(h->transfer_coding, "chunked")) {
		*out = rest;
		return 0;
	}
	buf_clear(spare);
	coding_join_chunks(spare, rest.ptr, rest.len);
	if (!buf_ok(spare))
		return err_nomem(err);
	*out = (struct bytes){ spare->ptr, spare->len };
	return 0;
}

/* Cut the last name off a list with commas. */
static struct fiche_text last_coding(struct fiche_text *list)
{
	struct fiche_text name = { NULL, 0 };
	size_t at = list->len;

	while (at > 0 && list->ptr[at - 1] != ',')
		at--;
	name.ptr = list->ptr + at;
	name.len = list->len - at;
	list->len = at > 0 ? at - 1 : 0;
	return head_trim(name);
}

int http_body(struct bytes *body, struct buf *spare, const struct http *h,
              struct bytes payload, struct fiche_error *err)
{
	struct fiche_text codings = h->content_coding;
	struct buf next = { 0 };
	int r = 0;

	*body = payload;
	for (unsigned i = 0; i < CODINGS_MAX && codings.len > 0; i++) {
		struct fiche_text name = last_coding(&codings);

		if (name.len == 0 || head_is(name, "identity"))
			continue;
		r = coding_undo(&next, name, *body, err);
		if (r != 0)
			break;
		buf_done(spare);
		*spare = next;
		next = (struct buf){ 0 };
		*body = (struct bytes){ spare->ptr, spare->len };
	}
	buf_done(&next);
	return r < 0 ? r : 0;
}
