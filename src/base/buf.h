/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - a growing run of bytes, and the little-endian writer on it.
 *
 * Running out of memory is sticky: later writes do nothing and buf_ok() says
 * so.  An encoder therefore writes all its fields and asks once.  A zeroed
 * struct is an empty buffer.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *ptr;
	size_t len;
	size_t cap;
	bool failed;
};

void buf_done(struct buf *b);
/* Forget the content, keep the memory, clear the failure. */
void buf_clear(struct buf *b);
bool buf_ok(const struct buf *b);
/* Room for `more` bytes behind the content; false when out of memory. */
bool buf_reserve(struct buf *b, size_t more);
/* Ownership out: the caller frees the bytes with alloc_free(). */
uint8_t *buf_detach(struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *text); /* without its NUL */
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_zeros(struct buf *b, size_t len);
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);
void buf_u64(struct buf *b, uint64_t v);
/* `width` low bytes of v, 0 to 8. */
void buf_uint(struct buf *b, uint64_t v, unsigned width);
/* LEB128: 7 bits a byte, low first, at most 10 bytes. */
void buf_varint(struct buf *b, uint64_t v);

/* The same little-endian stores into memory that is there already. */
void put_u32(uint8_t *at, uint32_t v);
void put_u64(uint8_t *at, uint64_t v);

#endif
