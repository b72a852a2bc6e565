/* SPDX-License-Identifier: Apache-2.0 */
/*
 * warc.c - WARC 0.17 to 1.1: records with a head of named fields.
 *
 * Addresses and identities may stand in angle brackets: the grammar of 1.0 had
 * them by mistake, and wget writes them.
 */
#include <string.h>

#include "ingest/captures.h"
#include "ingest/format.h"
#include "ingest/mediacloud.h"

#define START_MAX ((size_t)16)

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* "WARC/1.0", and nothing else on the line. */
static bool starts(const uint8_t *at, size_t len)
{
	size_t i = 5;

	if (len > START_MAX)
		len = START_MAX;
	if (len < 9 || memcmp(at, "WARC/", 5) != 0 || !is_digit(at[i++]) ||
	    at[i++] != '.' || !is_digit(at[i++]))
		return false;
	while (i < len && is_digit(at[i]))
		i++;
	while (i < len && (at[i] == '\r' || at[i] == ' '))
		i++;
	return i < len && at[i] == '\n';
}

static struct fiche_text without_brackets(struct fiche_text text)
{
	if (text.len >= 2 && text.ptr[0] == '<' &&
	    text.ptr[text.len - 1] == '>') {
		text.ptr++;
		text.len -= 2;
	}
	return text;
}

static struct fiche_text read_id(struct fiche_text text)
{
	text = without_brackets(text);
	if (head_begins(text, "urn:uuid:")) {
		text.ptr += 9;
		text.len -= 9;
	}
	return text;
}

static bool has_content(struct fiche_text kind)
{
	return head_is(kind, "response") || head_is(kind, "resource") ||
	       head_is(kind, "conversion");
}

enum {
	TYPE,
	LENGTH,
	URL,
	ID,
	DATE,
	CONTENT,
	BLOCK,
	PAYLOAD,
	CUT,
	SEGMENT,
	CONCURRENT,
	REFERS,
	FIELDS
};

static const char *const names[FIELDS] = {
	[TYPE] = "warc-type",
	[LENGTH] = "content-length",
	[URL] = "warc-target-uri",
	[ID] = "warc-record-id",
	[DATE] = "warc-date",
	[CONTENT] = "content-type",
	[BLOCK] = "warc-block-digest",
	[PAYLOAD] = "warc-payload-digest",
	[CUT] = "warc-truncated",
	[SEGMENT] = "warc-segment-number",
	[CONCURRENT] = "warc-concurrent-to",
	[REFERS] = "warc-refers-to",
};

static void read_head(struct capture_head *out, const uint8_t *at, size_t len)
{
	struct fiche_text v[FIELDS];

	head_find(v, names, FIELDS, at, len);
	out->kind = v[TYPE];
	out->is_content = has_content(v[TYPE]);
	out->has_length = head_number(&out->length, v[LENGTH]);
	out->url = without_brackets(v[URL]);
	out->id = read_id(v[ID]);
	out->date = v[DATE];
	out->type = v[CONTENT];
	out->block_digest = v[BLOCK];
	/* Of a part, or of a page that is not here, it cannot be checked. */
	if (v[CUT].len == 0 && v[SEGMENT].len == 0 &&
	    !head_is(v[TYPE], "revisit"))
		out->payload_digest = v[PAYLOAD];
	out->about[0] = read_id(v[CONCURRENT]);
	out->about[1] = read_id(v[REFERS]);
}

static bool is_about(const struct capture_head *next,
                     const struct capture_head *c)
{
	if (!head_is(next->kind, "metadata") ||
	    !head_begins(next->type, MEDIACLOUD_TYPE) || c->id.len == 0)
		return false;
	for (size_t i = 0; i < 2; i++)
		if (next->about[i].len == c->id.len &&
		    memcmp(next->about[i].ptr, c->id.ptr, c->id.len) == 0)
			return true;
	return false;
}

static int read_warc(const struct input *i, struct fiche_error *err)
{
	static const struct capture_shape shape = {
		.type = "application/warc",
		.start_max = START_MAX,
		.separator_max = 4,
		.starts = starts,
		.read_head = read_head,
		.is_about = is_about,
	};

	return captures_read(i, &shape, err);
}

static bool sniff_warc(const struct look *look)
{
	const uint8_t *at = look->ptr, *end = at + look->len;

	while (at < end && (*at == '\r' || *at == '\n'))
		at++;
	if (starts(at, (size_t)(end - at)))
		return true;
	if (!look_named(look, ".warc"))
		return false;
	/* Damaged in front. */
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		if (starts(at, (size_t)(end - at)))
			return true;
	}
	return false;
}

const struct format format_warc = { "warc", sniff_warc, read_warc };
