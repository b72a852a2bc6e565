/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - growing bytes with a sticky out-of-memory; see buf.h. */

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

void buf_done(struct buf *b)
{
	alloc_free(b->ptr);
	memset(b, 0, sizeof(*b));
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

bool buf_ok(const struct buf *b)
{
	return !b->failed;
}

bool buf_reserve(struct buf *b, size_t more)
{
	if (b->failed)
		return false;
	if (more > PTRDIFF_MAX - b->len ||
	    alloc_grow(&b->ptr, &b->cap, b->len + more, 1) < 0)
		b->failed = true;
	return !b->failed;
}

uint8_t *buf_detach(struct buf *b)
{
	uint8_t *bytes = b->ptr;

	memset(b, 0, sizeof(*b));
	return bytes;
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (len == 0 || !buf_reserve(b, len))
		return;
	memcpy(b->ptr + b->len, bytes, len);
	b->len += len;
}

void buf_text(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int need;

	va_start(ap, fmt);
	va_copy(again, ap);
	need = vsnprintf(NULL, 0, fmt, ap);
	if (need >= 0 && buf_reserve(b, (size_t)need + 1)) {
		(void)vsnprintf((char *)b->ptr + b->len, (size_t)need + 1, fmt,
		                again);
		b->len += (size_t)need;
	}
	va_end(again);
	va_end(ap);
}

void buf_zeros(struct buf *b, size_t len)
{
	if (len == 0 || !buf_reserve(b, len))
		return;
	memset(b->ptr + b->len, 0, len);
	b->len += len;
}

void buf_uint(struct buf *b, uint64_t v, unsigned width)
{
	uint8_t raw[8];

	put_u64(raw, v);
	buf_put(b, raw, width);
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_put(b, &v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
	buf_uint(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
	buf_uint(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
	buf_uint(b, v, 8);
}

void buf_varint(struct buf *b, uint64_t v)
{
	uint8_t raw[10];
	size_t n = 0;

	while (v >= 0x80) {
		raw[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	raw[n++] = (uint8_t)v;
	buf_put(b, raw, n);
}

void put_u32(uint8_t *at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

void put_u64(uint8_t *at, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}
