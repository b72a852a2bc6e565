/* SPDX-License-Identifier: Apache-2.0 */
/* links.c - as much of RFC 3986 as pages need; see links.h. */

#include "page/links.h"

#include <string.h>

#include "article/date.h"

#define URL_BYTES 4096

static bool begins(struct fiche_text t, const char *with)
{
	size_t n = strlen(with), i;

	for (i = 0; i < n && i < t.len; i++) {
		char c = t.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != with[i])
			return false;
	}
	return i == n;
}

static struct fiche_text from(struct fiche_text t, size_t n)
{
	return (struct fiche_text){ t.ptr + n, t.len - n };
}

bool links_is_whole(struct fiche_text url)
{
	return url.len <= URL_BYTES &&
	       ((begins(url, "http://") && url.len > 7) ||
	        (begins(url, "https://") && url.len > 8));
}

static size_t find(struct fiche_text t, size_t at, const char *set)
{
	while (at < t.len && (t.ptr[at] == '\0' || !strchr(set, t.ptr[at])))
		at++;
	return at;
}

/* Behind the authority; `url` is whole. */
static size_t path_at(struct fiche_text url)
{
	return find(url, begins(url, "https") ? 8 : 7, "/?#");
}

/* Has a scheme of its own: "mailto:", "javascript:". */
static bool has_scheme(struct fiche_text t)
{
	size_t at = find(t, 0, ":/?#");

	return at < t.len && t.ptr[at] == ':';
}

void links_join(struct buf *out, struct fiche_text base, struct fiche_text ref)
{
	size_t path, end;

	if (links_is_whole(ref)) {
		buf_put(out, ref.ptr, ref.len);
		return;
	}
	if (ref.len == 0 || ref.len > URL_BYTES || has_scheme(ref) ||
	    *ref.ptr == '#' || !links_is_whole(base))
		return;
	path = path_at(base);
	if (begins(ref, "//")) {
		buf_put(out, base.ptr, find(base, 0, "/"));
		buf_put(out, ref.ptr, ref.len);
		return;
	}
	if (*ref.ptr == '/') {
		end = path;
	} else if (*ref.ptr == '?') {
		end = find(base, path, "?#");
	} else {
		end = find(base, path, "?#");
		while (end > path && base.ptr[end - 1] != '/')
			end--;
		if (begins(ref, "./"))
			ref = from(ref, 2);
		for (; begins(ref, "../"); ref = from(ref, 3)) {
			while (end > path + 1 && base.ptr[end - 2] != '/')
				end--;
			end -= end > path + 1;
		}
	}
	buf_put(out, base.ptr, end);
	if (end == path &&
	    (ref.len == 0 || (*ref.ptr != '/' && *ref.ptr != '?')))
		buf_u8(out, '/');
	buf_put(out, ref.ptr, ref.len);
}

static struct fiche_text bare(struct fiche_text url)
{
	url = from(url, begins(url, "https://")  ? 8
	                : begins(url, "http://") ? 7
	                                         : 0);
	if (begins(url, "www."))
		url = from(url, 4);
	url.len = find(url, 0, "?#");
	while (url.len && url.ptr[url.len - 1] == '/')
		url.len--;
	return url;
}

bool links_is_same(struct fiche_text a, struct fiche_text b)
{
	a = bare(a);
	b = bare(b);
	return a.len && a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* `n` digits at `at` as a number, with none before or behind if `alone`. */
static unsigned digits(struct fiche_text t, size_t at, size_t n)
{
	unsigned value = 0;

	for (size_t i = at; i < at + n; i++) {
		if (i >= t.len || t.ptr[i] < '0' || t.ptr[i] > '9')
			return 0;
		value = value * 10 + (unsigned)(t.ptr[i] - '0');
	}
	return value;
}

static bool is_digit(struct fiche_text t, size_t at)
{
	return at < t.len && t.ptr[at] >= '0' && t.ptr[at] <= '9';
}

/* One or two digits with no third. */
static size_t take_short(unsigned *out, struct fiche_text t, size_t at)
{
	size_t n = is_digit(t, at) ? (is_digit(t, at + 1) ? 2 : 1) : 0;

	if (n == 0 || is_digit(t, at + n))
		return 0;
	*out = digits(t, at, n);
	return n;
}

static bool is_past(unsigned year, unsigned month, unsigned day, int64_t now)
{
	return year >= 1990 && month >= 1 && month <= 12 && day >= 1 &&
	       day <= 31 &&
	       (now <= 0 || date_from_civil(year, month, day) <= now + 86400);
}

/* A year begins at `at`: the day goes to *out, or the month with day 0. */
static bool day_at(unsigned out[3], struct fiche_text t, size_t at)
{
	unsigned year = digits(t, at, 4);
	size_t n, from_month = at + 5;
	char mark;

	if (at + 8 <= t.len && !is_digit(t, at + 8) && digits(t, at, 8)) {
		out[0] = year;
		out[1] = digits(t, at + 4, 2);
		out[2] = digits(t, at + 6, 2);
		return true;
	}
	if (at + 5 >= t.len || !strchr("/-_.", t.ptr[at + 4]))
		return false;
	mark = t.ptr[at + 4];
	n = take_short(&out[1], t, from_month);
	if (n == 0)
		return false;
	out[0] = year;
	out[2] = 0;
	if (from_month + n < t.len && t.ptr[from_month + n] == mark)
		(void)take_short(&out[2], t, from_month + n + 1);
	/* A month alone only as a folder. */
	return out[2] || (mark == '/' && n == 2 && from_month + n < t.len &&
	                  t.ptr[from_month + n] == '/');
}

void links_put_day(struct buf *out, struct fiche_text url, int64_t now)
{
	unsigned day[3], month[3] = { 0 };

	if (!links_is_whole(url))
		return;
	for (size_t i = path_at(url); i + 7 < url.len; i++) {
		if (i == 0 || is_digit(url, i - 1) ||
		    digits(url, i, 4) < 1990 || !day_at(day, url, i))
			continue;
		if (day[2] && is_past(day[0], day[1], day[2], now)) {
			buf_printf(out, "%04u-%02u-%02u", day[0], day[1],
			           day[2]);
			return;
		}
		if (!month[0] && day[2] == 0 && is_past(day[0], day[1], 1, now))
			memcpy(month, day, sizeof(day));
	}
	if (month[0])
		buf_printf(out, "%04u-%02u", month[0], month[1]);
}
