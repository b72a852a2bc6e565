/* SPDX-License-Identifier: Apache-2.0 */
/* describe.c - see describe.h. */

#include "archive/describe.h"

#include <string.h>

#include "archive/reader.h"

static bool find_id(char out[65], struct fiche_view *v, uint64_t number)
{
	static const char digits[] = "0123456789abcdef";
	struct fiche_reader *rd = v->reader;
	size_t i = reader_find_segment(rd, number);
	const struct reader_segment *s;
	uint8_t digest[32];
	union view_in in;

	if (i == rd->segment_count ||
	    reader_segment(rd, v, i, false, &s, NULL) < 0 ||
	    segment_digest(&s->segment, view_in_init(&in, v, s),
	                   number - s->where.first_record, digest, NULL) < 0)
		return false;
	for (size_t k = 0; k < sizeof(digest); k++) {
		out[2 * k] = digits[digest[k] >> 4];
		out[2 * k + 1] = digits[digest[k] & 15];
	}
	out[64] = '\0';
	return true;
}

void describe_record(struct description *out, struct fiche_view *v,
                     uint64_t number)
{
	struct fiche_article a;
	size_t n;

	out->id = find_id(out->hex, v, number) ? out->hex : NULL;
	out->title = NULL;
	/* The cards may be whole where the bodies are not. */
	if (fiche_view_card(v, number, &a, NULL) < 0 || a.title.len == 0)
		return;
	n = a.title.len < sizeof(out->text) - 1 ? a.title.len
	                                        : sizeof(out->text) - 1;
	memcpy(out->text, a.title.ptr, n);
	out->text[n] = '\0';
	out->title = out->text;
}
