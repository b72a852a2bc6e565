/* SPDX-License-Identifier: Apache-2.0 */
/* json_sniff.c - which inputs are JSON documents; see json_doc.h. */
#include <string.h>

#include "ingest/classify.h"
#include "ingest/json_doc.h"
#include "ingest/json_span.h"
#include "ingest/json_wrap.h"

static size_t skip_blanks(const struct look *look, size_t at)
{
	while (at < look->len && classify_blank(look->ptr + at, 1))
		at++;
	return at;
}

/* An array that begins with something else: "[Update]" is none. */
static bool sniff_odd(const struct look *look, size_t at)
{
	struct span s;
	size_t used;

	span_init(&s);
	return span_feed(&s, look->ptr + at, look->len - at, &used) !=
	               SPAN_BAD &&
	       memchr(look->ptr + at, '{', used) != NULL;
}

bool json_sniff(const struct look *look)
{
	size_t from = skip_blanks(look, classify_bom(look)), at = from, used;
	unsigned arrays = 0;
	struct span s;

	while (at < look->len && look->ptr[at] == '[' && arrays++ < 8)
		at = skip_blanks(look, at + 1);
	if (at == look->len || look->ptr[at] != '{')
		return arrays > 0 && sniff_odd(look, from);
	span_init(&s);
	if (span_feed(&s, look->ptr + at, look->len - at, &used) != SPAN_BAD)
		return used > 2;
	/* Damaged, but so far it was JSON. */
	return used > 64 || look_named(look, ".json");
}

/* One object on one line is JSON Lines, if it is not an answer with articles in
 * it. */
bool json_sniff_answer(const struct look *look)
{
	size_t at = skip_blanks(look, classify_bom(look)), values;
	enum wrap wrap;

	if (at == look->len || look->ptr[at] != '{')
		return false;
	wrap = wrap_find(&values, (const char *)look->ptr + at, look->len - at);
	return wrap == WRAP_PATH || (wrap == WRAP_VALUES && values > 2);
}

bool json_doc_begins(const struct look *look)
{
	size_t at = skip_blanks(look, classify_bom(look));

	return at < look->len && (look->ptr[at] == '{' || look->ptr[at] == '[');
}
