/* SPDX-License-Identifier: Apache-2.0 */
/* statement.c - who took a record out, when and why; see statement.h. */

#include "archive/statement.h"

#include <string.h>

#include "article/date.h"
#include "article/json.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/utf8.h"

enum key { RECORD, ID, TIME, REASON, AUTHORITY, KEYS };

static const char *const key_names[2][KEYS] = {
	[STATEMENT_WITHDRAWN] = { "record", "id", "time", "reason",
	                          "authority" },
	[STATEMENT_REDACTED] = { NULL, "redacted", "time", "reason",
	                         "authority" },
};

/* ---- Reading ---- */

/* A number as chapter 5 has them, of a record. */
static bool take_number(uint64_t *out, const struct json_item *v)
{
	uint64_t n = 0;

	if (v->type != JSON_NUMBER || v->raw_len == 0 || v->raw_len > 18 ||
	    (v->raw[0] == '0' && v->raw_len > 1))
		return false;
	for (size_t i = 0; i < v->raw_len; i++) {
		if (v->raw[i] < '0' || v->raw[i] > '9')
			return false;
		n = 10 * n + (unsigned)(v->raw[i] - '0');
	}
	*out = n;
	return true;
}

/* YYYY-MM-DDThh:mm:ssZ, of a day that there is. */
static bool take_time(int64_t *out, struct fiche_text text)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddZ";
	unsigned n[6] = { 0 }, month, day, second;
	int64_t year;
	size_t k = 0;

	if (text.len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (form[i] == 'd' ? c < '0' || c > '9' : c != form[i])
			return false;
		if (form[i] == 'd')
			n[k] = 10 * n[k] + (unsigned)(c - '0');
		else
			k++;
	}
	if (n[0] < 1 || n[1] < 1 || n[1] > 12 || n[3] > 23 || n[4] > 59 ||
	    n[5] > 59)
		return false;
	*out = date_from_civil(n[0], n[1], n[2]);
	date_to_civil(*out, &year, &month, &day, &second);
	*out += n[3] * 3600 + n[4] * 60 + n[5];
	return month == n[1] && day == n[2];
}

/* Which key this is; KEYS if it is another.  Compared as texts: escapes in it
 * are resolved. */
static enum key find_key(enum statement_kind kind, const struct json_item *v,
                         struct buf *scratch)
{
	buf_clear(scratch);
	json_unescape(scratch, v->key, v->key_len, NULL);
	for (int k = 0; k < KEYS && buf_ok(scratch); k++) {
		const char *name = key_names[kind][k];

		if (name && strlen(name) == scratch->len &&
		    memcmp(name, scratch->ptr, scratch->len) == 0)
			return (enum key)k;
	}
	return KEYS;
}

/* One member.  A phrase if it is not as it should be, else NULL; out of memory
 * shows in the buffer. */
static const char *take_member(struct fiche_statement *s, struct arena *arena,
                               enum key key, const struct json_item *v,
                               struct buf *scratch)
{
	struct fiche_text text;

	if (key == RECORD)
		return take_number(&s->number, v) ? NULL
		                                  : "its record is no number";
	if (v->type != JSON_STRING)
		return "a key of it is no string";
	buf_clear(scratch);
	json_unescape(scratch, v->raw, v->raw_len, NULL);
	if (!buf_ok(scratch))
		return NULL;
	text.ptr = (const char *)scratch->ptr;
	text.len = scratch->len;
	if (key == ID)
		return hex_decode(s->digest, sizeof(s->digest), text.ptr,
		                  text.len)
		               ? NULL
		               : "its id is no digest";
	if (key == TIME)
		return take_time(&s->time, text) ? NULL : "its time is none";
	text.ptr = arena_strndup(arena, text.len ? text.ptr : "", text.len);
	if (!text.ptr) {
		scratch->failed = true;
		return NULL;
	}
	*(key == REASON ? &s->reason : &s->authority) = text;
	return NULL;
}

int statement_decode(struct fiche_statement *out, struct arena *arena,
                     enum statement_kind kind, const char *text, size_t len,
                     uint64_t at, struct fiche_error *err)
{
	struct fiche_statement s = { 0 };
	struct buf scratch = { 0 };
	const char *broken = NULL;
	bool seen[KEYS] = { false };
	struct json_scanner scan;
	struct json_item v;
	enum json_type t;
	int r = 0;

	json_init(&scan, text, len);
	t = json_next(&scan, &v);
	if (t != JSON_OBJECT)
		broken = "it is no JSON object";
	while (!broken && buf_ok(&scratch) &&
	       (t = json_next(&scan, &v)) != JSON_END) {
		enum key key = KEYS;

		if (t == JSON_BAD)
			broken = "it is no JSON object";
		else if (v.depth == 1 && v.key)
			key = find_key(kind, &v, &scratch);
		if (key == KEYS)
			continue;
		if (seen[key])
			broken = "a key of it comes twice";
		else
			broken = take_member(&s, arena, key, &v, &scratch);
		seen[key] = true;
	}
	for (int k = 0; !broken && k < KEYS; k++)
		if (key_names[kind][k] && !seen[k])
			broken = "a key of it is missing";
	if (!buf_ok(&scratch))
		r = err_nomem(err);
	else if (broken)
		r = err_set(err, FICHE_ERR_CORRUPT, at,
		            "what is said of a %s record is malformed: %s",
		            kind == STATEMENT_REDACTED ? "redacted"
		                                       : "withdrawn",
		            broken);
	buf_done(&scratch);
	if (r == 0)
		*out = s;
	return r;
}

/* ---- Writing ---- */

static void put_time(struct buf *out, int64_t time)
{
	unsigned month, day, second;
	int64_t year;

	date_to_civil(time, &year, &month, &day, &second);
	buf_printf(out, "\"%04u-%02u-%02uT%02u:%02u:%02uZ\"", (unsigned)year,
	           month, day, second / 3600, second / 60 % 60, second % 60);
}

void statement_encode(struct buf *out, enum statement_kind kind,
                      const struct fiche_statement *s)
{
	buf_text(out, "{");
	if (kind == STATEMENT_WITHDRAWN)
		buf_printf(out, "\"record\":%llu,",
		           (unsigned long long)s->number);
	buf_printf(out, "\"%s\":\"", key_names[kind][ID]);
	for (size_t i = 0; i < FICHE_DIGEST_SIZE; i++)
		buf_printf(out, "%02x", s->digest[i]);
	buf_text(out, "\",\"time\":");
	put_time(out, s->time);
	buf_text(out, ",\"reason\":");
	json_quote(out, s->reason.ptr, s->reason.len);
	buf_text(out, ",\"authority\":");
	json_quote(out, s->authority.ptr, s->authority.len);
	buf_text(out, "}");
}

static int take_text(struct fiche_text *out, const char *text,
                     struct fiche_error *err)
{
	out->ptr = text ? text : "";
	out->len = strlen(out->ptr);
	if (out->len > FICHE_REASON_MAX)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the reason or authority has more than %d bytes",
		               FICHE_REASON_MAX);
	if (!utf8_is_valid(out->ptr, out->len))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the reason or authority is not UTF-8");
	return 0;
}

int statement_make(struct fiche_statement *out, int64_t now, const char *reason,
                   const char *authority, struct fiche_error *err)
{
	int r;

	*out = (struct fiche_statement){ .time = now };
	if (now < date_from_civil(1, 1, 1) ||
	    now >= date_from_civil(10000, 1, 1))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the time is in no year of four digits");
	r = take_text(&out->reason, reason, err);
	return r < 0 ? r : take_text(&out->authority, authority, err);
}

int statement_tell(struct fiche_error *err, int code, const char *what,
                   const struct fiche_statement *s)
{
	struct fiche_date day = date_make(s->time, FICHE_DATE_DAY, true);
	struct buf when = { 0 };
	/* What is cut is cut between characters. */
	size_t len = s->reason.len < 150 ? s->reason.len : 150;
	int r;

	while (len < s->reason.len && len > 0 &&
	       ((uint8_t)s->reason.ptr[len] & 0xc0) == 0x80)
		len--;
	date_format(&when, &day);
	r = err_set(err, code, FICHE_NOWHERE, "%s on %.*s%s%.*s", what,
	            buf_ok(&when) ? (int)when.len : 0, (const char *)when.ptr,
	            len > 0 ? ": " : "", (int)len, s->reason.ptr);
	buf_done(&when);
	return r;
}
