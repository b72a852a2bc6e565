/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_span.h - where a JSON value in a stream ends.
 *
 * Looks at each byte once, however the stream cuts the value into pieces, and
 * keeps none of them.  It follows brackets, strings, commas and colons, so that
 * an element that runs into the next is noticed early; what stands for numbers
 * and words it leaves to article/json.h.
 */
#ifndef INGEST_JSON_SPAN_H
#define INGEST_JSON_SPAN_H

#include <stddef.h>
#include <stdint.h>

#include "article/json.h"

enum span_result {
	SPAN_MORE, /* all is used, and it goes on */
	SPAN_DONE,
	SPAN_BAD, /* span.why tells */
};

struct span {
	uint8_t state;
	unsigned depth;
	const char *why;
	uint64_t is_object[JSON_MAX_DEPTH / 64 + 1];
};

/* Begin with the first byte of a value, or blanks before it.  A number is over
 * only where something else follows. */
void span_init(struct span *s);

/* Go on.  *used is how far it came: behind the value with SPAN_DONE, before the
 * byte that cannot be with SPAN_BAD. */
enum span_result span_feed(struct span *s, const uint8_t *bytes, size_t len,
                           size_t *used);

#endif
