/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_segment.c - any bytes as the logical bytes of an INDEX segment, and
 * everything asked of it that can be asked.
 */

#include <stdlib.h>

#include "base/cursor.h"
#include "fuzz/fuzz.h"
#include "support/memory_segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory_segment m;
	struct fiche_error err;
	struct segment s;
	struct cursor c;
	uint64_t first, count;
	int r;

	/* The commit agrees with the segment, or nothing would be read. */
	cursor_init(&c, data, size);
	(void)cursor_take(&c, 8);
	first = cursor_u64(&c);
	count = cursor_u64(&c);
	memory_segment_init(&m, data, size);
	r = segment_open(&s, &m.in, size, 4096, first, count, &err);
	if (r == 0)
		memory_segment_drive(&s, &m);
	else if ((r != FICHE_ERR_CORRUPT && r != FICHE_ERR_UNSUPPORTED) ||
	         err.code != r || err.offset != 4096)
		abort();
	return 0;
}

/* A segment of a few records, so that mutations begin behind the first check.
 */
bool fuzz_seed(size_t i, struct buf *out)
{
	static const size_t counts[] = { 1, 3, 40, 300 };
	static const struct fiche_text tags[] = { { "roads", 5 },
		                                  { "sea", 3 } };
	struct index_builder *b;
	struct index_block block = { .offset = 4096,
		                     .size = 900,
		                     .cards_end = 300 };

	if (i >= sizeof(counts) / sizeof(*counts) ||
	    !(b = index_builder_new(7)))
		return false;
	for (size_t k = 0; k < counts[i]; k++) {
		struct index_record r = { .body_len = k * 7,
			                  .has_url = true,
			                  .source = { "a.example", 9 },
			                  .tags = tags,
			                  .tag_count = k % 3 };

		for (size_t n = 0; n < sizeof(r.digest); n++)
			r.digest[n] = (uint8_t)(k * 37 + n * 11);
		r.url_key[0] = (uint8_t)(k * 91);
		r.version_time = INT64_MIN;
		if (k % 4) {
			r.date.begin = (int64_t)k * 86400;
			r.date.end = r.date.begin + 86400;
			r.date.precision = FICHE_DATE_DAY;
			r.version_time = r.date.begin;
		}
		(void)index_builder_add(b, &r);
	}
	block.record_count = (uint32_t)counts[i];
	(void)index_builder_block(b, &block);
	(void)index_builder_finish(b, out);
	index_builder_free(b);
	return buf_ok(out);
}
