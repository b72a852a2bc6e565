/* SPDX-License-Identifier: Apache-2.0 */
/* url.c - hosts and lookup keys of URLs (spec "URL key"); see fields.h. */

#include <string.h>

#include "article/fields.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_scheme_char(char c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
	       c == '-' || c == '.';
}

/* The parts of scheme://authority/path?query#fragment, as offsets. */
struct parts {
	size_t host, host_end; /* without user and port */
	size_t port_end;
	size_t query;    /* of the '?', or fragment */
	size_t fragment; /* of the '#', or the length */
};

static size_t find(const char *url, size_t from, size_t end, const char *set)
{
	while (from < end && (url[from] == '\0' || !strchr(set, url[from])))
		from++;
	return from;
}

static bool cut(struct parts *p, const char *url, size_t len)
{
	size_t at = 0, end, user;

	while (at < len && is_scheme_char(url[at]))
		at++;
	if (at && (at == len || url[at++] != ':'))
		return false;
	if (len - at < 2 || url[at] != '/' || url[at + 1] != '/')
		return false;
	at += 2;
	end = find(url, at, len, "/?#\\");
	/* The last '@' ends the user: the rest is where one would go. */
	while ((user = find(url, at, end, "@")) < end)
		at = user + 1;
	p->host = at;
	p->port_end = end;
	if (at < end && url[at] == '[')
		at = find(url, at, end, "]");
	p->host_end = find(url, at, end, ":");
	p->fragment = find(url, end, len, "#");
	p->query = find(url, end, p->fragment, "?");
	return p->host_end > p->host;
}

static void trim(const char **text, size_t *len)
{
	while (*len && (uint8_t)(*text)[*len - 1] <= ' ')
		--*len;
	while (*len && (uint8_t) * *text <= ' ') {
		++*text;
		--*len;
	}
}

struct fiche_text fields_url_host(struct arena *arena, const char *url,
                                  size_t len)
{
	struct fiche_text host = { NULL, 0 };
	struct parts p;
	char *copy;

	trim(&url, &len);
	if (!cut(&p, url, len))
		return host;
	url += p.host;
	len = p.host_end - p.host;
	if (len > 4 && lower(url[0]) == 'w' && lower(url[1]) == 'w' &&
	    lower(url[2]) == 'w' && url[3] == '.') {
		url += 4;
		len -= 4;
	}
	copy = arena_strndup(arena, url, len);
	if (!copy)
		return host;
	for (size_t i = 0; i < len; i++)
		copy[i] = lower(copy[i]);
	host.ptr = copy;
	host.len = len;
	return host;
}

/*
 * Parameters that say where a reader came from.  Not here are `id`, `sid`,
 * `cid`, `ref` and `source`: on some sites they name the article, and two
 * articles under one key are worse than one article under two.
 */
static bool is_tracking(const char *name, size_t len)
{
	static const char *const names[] = {
		"fbclid",
		"gclid",
		"dclid",
		"gbraid",
		"wbraid",
		"msclkid",
		"yclid",
		"ysclid",
		"twclid",
		"igshid",
		"mc_cid",
		"mc_eid",
		"_openstat",
		"phpsessid",
		"jsessionid",
		"s_cid",
		"ncid",
		"oref",
		"eref",
		"wprss",
		"ito",
		"feedname",
		"feedtype",
		"custom_click",
		"fb_source",
		"fb_ref",
		"smid",
		"smtyp",
		"cmpid",
		"ocid",
		"fb_action_ids",
		"fb_action_types",
		"action_object_map",
		"action_type_map",
		"action_ref_map",
		"ns_campaign",
		"ns_mchannel",
		"ns_source",
		"ns_linkname",
		"ns_fee",
	};
	char low[20];

	if (len < 3 || len > sizeof(low))
		return false;
	for (size_t i = 0; i < len; i++)
		low[i] = lower(name[i]);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == len && memcmp(names[i], low, len) == 0)
			return true;
	return (len > 4 && memcmp(low, "utm_", 4) == 0) ||
	       memcmp(low, "ga_", 3) == 0;
}

static void put_query(struct buf *out, const char *url, size_t at, size_t end)
{
	char mark = '?';
	size_t next;

	while (at < end) {
		at++; /* the '?' or '&' */
		next = find(url, at, end, "&");
		if (next > at &&
		    !is_tracking(url + at, find(url, at, next, "=") - at)) {
			buf_put(out, &mark, 1);
			buf_put(out, url + at, next - at);
			mark = '&';
		}
		at = next;
	}
}

static bool is_default_port(const char *url, const struct parts *p)
{
	const char *port = url + p->host_end;
	size_t len = p->port_end - p->host_end;

	if (len == 1)
		return true;
	if (lower(url[4]) == 's')
		return len == 4 && memcmp(port, ":443", 4) == 0;
	return len == 3 && memcmp(port, ":80", 3) == 0;
}

void fields_url_key(struct buf *out, const char *url, size_t len)
{
	struct parts p;
	size_t end;

	trim(&url, &len);
	if (!cut(&p, url, len)) {
		buf_put(out, url, len);
		return;
	}
	end = p.port_end > p.host_end && p.host > 4 && is_default_port(url, &p)
	              ? p.host_end
	              : p.port_end;
	for (size_t i = 0; i < end; i++) {
		char c = lower(url[i]);

		buf_put(out, &c, 1);
	}
	if (p.query == p.port_end)
		buf_put(out, "/", 1);
	buf_put(out, url + p.port_end, p.query - p.port_end);
	put_query(out, url, p.query, p.fragment);
}
