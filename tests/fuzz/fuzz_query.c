/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_query.c - any bytes as a query.  The tree must be what index/query.h
 * promises; and of what makes sense, parentheses around it change nothing.
 */

#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "index/query.h"
#include "support/query_print.h"

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* What was read, as text, and whether all of it made sense. */
static bool read_query(struct buf *out, const void *text, size_t len)
{
	struct query q;
	bool clean;

	require(query_parse(&q, text, len, NULL) == 0);
	query_check(&q);
	query_print(out, &q);
	require(buf_ok(out));
	clean = !q.notice;
	query_done(&q);
	require(!q.root && !q.notice && !q.arena.first);
	return clean;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf text = { 0 }, plain = { 0 }, grouped = { 0 };

	buf_text(&text, "(");
	buf_put(&text, data, size);
	buf_text(&text, ")");
	require(buf_ok(&text));
	if (read_query(&plain, data, size) &&
	    read_query(&grouped, text.ptr, text.len))
		require(plain.len == grouped.len &&
		        memcmp(plain.ptr, grouped.ptr, plain.len) == 0);
	buf_done(&text);
	buf_done(&plain);
	buf_done(&grouped);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	static const char *const seeds[] = {
		"flood OR storm -draft NOT old",
		"\"flood defences\" near/5 mayor near climat* NEAR/9999 \"a "
		"b\"",
		"title:(flood | \"storm surge\") source:*.example.org",
		"tag:\"climate change\" author:smith lang:en by:x site:y",
		"url:https://example.org/a_(b) date:2024-03..2024-05 date:7d",
		"-(a -(b -(c OR (d e)))) +f AND --g",
		"* a* *b c*d \"e*\" f** tag: date:never title:\"\" (((",
		"U.S. 3.14 state-of-the-art 12:30 foo:bar http://x.example/y",
		"\xe8\x83\xa1\xe9\x94\xa6\xe6\xb6\x9b* \xe8\x83\xa1 "
		"\xe2\x80\x9c\xe8\x83\xa1\xe9\x94\xa6\xe2\x80\x9d",
		"\xe2\x80\x8f-\xe2\x80\x8ftitle\xe2\x80\x8f:\xe2\x80\xabx "
		"\xef\xbb\xbfOR\xe3\x80\x80y\xc2\xa0\xff z\x01w",
	};

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	buf_text(out, seeds[i]);
	return buf_ok(out);
}
