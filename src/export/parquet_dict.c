/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_dict.c - different texts, each once; see parquet_dict.h. */

#include "export/parquet_dict.h"

#include <string.h>

#include "base/hash.h"

#define DICT_MAX    4096                /* different values */
#define DICT_SIZE   ((size_t)256 << 10) /* all of them together */
#define DICT_LONG   256                 /* more bytes are no name */
#define DICT_SLOTS  ((size_t)DICT_MAX * 2)
#define DICT_PROBES 64

void dict_clear(struct dict *d, bool on)
{
	d->on = on;
	buf_clear(&d->values);
	numbers_clear(&d->starts);
	numbers_clear(&d->slots);
	numbers_clear(&d->used);
	for (size_t i = 0; i < DICT_SLOTS && on; i++)
		numbers_add(&d->slots, 0);
}

bool dict_ok(const struct dict *d)
{
	return buf_ok(&d->values) && !d->starts.failed && !d->slots.failed &&
	       !d->used.failed;
}

static uint32_t get_len(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

void value_put(struct buf *out, const void *text, size_t len)
{
	/* What is too long for this is too long for a page. */
	buf_u32(out, (uint32_t)len);
	buf_put(out, text, len);
}

bool dict_add(struct dict *d, const char *text, size_t len)
{
	uint32_t hash = crc32_add(0, text, len) * UINT32_C(2654435761);
	size_t slot = hash % DICT_SLOTS;

	if (len > DICT_LONG)
		return false;
	for (unsigned i = 0; i < DICT_PROBES; i++) {
		uint32_t place = d->slots.at[slot];
		const uint8_t *at;

		if (place == 0) {
			if (d->starts.count >= DICT_MAX ||
			    d->values.len > DICT_SIZE)
				return false;
			d->slots.at[slot] = (uint32_t)d->starts.count + 1;
			numbers_add(&d->used, (uint32_t)d->starts.count);
			numbers_add(&d->starts, (uint32_t)d->values.len);
			value_put(&d->values, text, len);
			return true;
		}
		at = d->values.ptr + d->starts.at[place - 1];
		if (get_len(at) == len && memcmp(at + 4, text, len) == 0) {
			numbers_add(&d->used, place - 1);
			return true;
		}
		slot = (slot + 1) % DICT_SLOTS;
	}
	return false;
}

void dict_unfold(const struct dict *d, struct buf *out)
{
	for (size_t i = 0; i < d->used.count; i++) {
		const uint8_t *at = d->values.ptr + d->starts.at[d->used.at[i]];

		value_put(out, at + 4, get_len(at));
	}
}

void dict_done(struct dict *d)
{
	buf_done(&d->values);
	numbers_done(&d->starts);
	numbers_done(&d->slots);
	numbers_done(&d->used);
}
