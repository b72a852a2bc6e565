/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_segment.c - any bytes as the logical bytes of an INDEX segment, and
 * everything asked of it that can be asked.
 */

#include <stdlib.h>

#include "base/cursor.h"
#include "support/memory_segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
