/* SPDX-License-Identifier: Apache-2.0 */
/* cursor.c - bounds-checked reading with a sticky failure; see cursor.h. */

#include "base/cursor.h"

#include <string.h>

void cursor_init(struct cursor *c, const void *data, size_t len)
{
	c->at = data;
	c->left = len;
	c->failed = false;
}

static void give_up(struct cursor *c)
{
	c->failed = true;
	c->left = 0;
}

struct bytes cursor_take(struct cursor *c, size_t len)
{
	struct bytes b = { NULL, 0 };

	if (c->failed || len > c->left) {
		give_up(c);
		return b;
	}
	b.ptr = c->at;
	b.len = len;
	c->at += len;
	c->left -= len;
	return b;
}

uint64_t get_uint(const uint8_t *at, unsigned width)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < width; i++)
		v |= (uint64_t)at[i] << (8 * i);
	return v;
}

uint32_t get_u32(const uint8_t *at)
{
	return (uint32_t)get_uint(at, 4);
}

uint64_t get_u64(const uint8_t *at)
{
	return get_uint(at, 8);
}

uint64_t cursor_uint(struct cursor *c, unsigned width)
{
	struct bytes b = cursor_take(c, width);

	return b.ptr ? get_uint(b.ptr, width) : 0;
}

uint8_t cursor_u8(struct cursor *c)
{
	return (uint8_t)cursor_uint(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_uint(c, 2);
}

uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_uint(c, 4);
}

uint64_t cursor_u64(struct cursor *c)
{
	return cursor_uint(c, 8);
}

uint64_t cursor_varint(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = cursor_u8(c);

		if (c->failed)
			return 0;
		/* The tenth byte has room for one bit; a last zero byte says
		 * nothing, so the same number would have two spellings. */
		if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
			break;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	give_up(c);
	return 0;
}

void cursor_copy(struct cursor *c, void *out, size_t len)
{
	struct bytes b = cursor_take(c, len);

	if (b.ptr)
		memcpy(out, b.ptr, len);
	else
		memset(out, 0, len);
}

void cursor_zeros(struct cursor *c, size_t len)
{
	struct bytes b = cursor_take(c, len);
	uint8_t any = 0;

	for (size_t i = 0; i < b.len; i++)
		any |= b.ptr[i];
	if (any)
		give_up(c);
}

bool cursor_ok(const struct cursor *c)
{
	return !c->failed;
}

bool cursor_done(const struct cursor *c)
{
	return !c->failed && c->left == 0;
}
