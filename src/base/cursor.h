/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.h - the only way this library reads bytes it did not write.
 *
 * A cursor is a window of bytes plus one sticky failure.  A read that does not
 * fit sets it, empties the window and yields zero, as does every later read.
 * So a decoder takes its fields in file order without testing each one, then
 * asks cursor_ok() once - before a decoded value sizes an allocation, bounds a
 * loop or becomes a file offset.  Integers are little-endian (spec 2.1).
 */
#ifndef BASE_CURSOR_H
#define BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes.  Never freed through this type. */
struct bytes {
	const uint8_t *ptr;
	size_t len;
};

struct cursor {
	const uint8_t *at;
	size_t left;
	bool failed;
};

void cursor_init(struct cursor *c, const void *data, size_t len);

uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_u16(struct cursor *c);
uint32_t cursor_u32(struct cursor *c);
uint64_t cursor_u64(struct cursor *c);
/* An unsigned integer of `width` bytes, 0 to 8. */
uint64_t cursor_uint(struct cursor *c, unsigned width);
/* LEB128 (spec 2.2).  Longer than needed, or past 64 bits: a failure. */
uint64_t cursor_varint(struct cursor *c);
/* The next `len` bytes, borrowed; { NULL, 0 } if fewer remain. */
struct bytes cursor_take(struct cursor *c, size_t len);
/* The next `len` bytes, copied; zeros if fewer remain. */
void cursor_copy(struct cursor *c, void *out, size_t len);
/* Skip `len` bytes that must all be zero. */
void cursor_zeros(struct cursor *c, size_t len);

/* True while every read so far was inside the window. */
bool cursor_ok(const struct cursor *c);
/* True if, besides, nothing is left over. */
bool cursor_done(const struct cursor *c);

/* Little-endian loads from memory whose bounds are known. */
uint32_t get_u32(const uint8_t *at);
uint64_t get_u64(const uint8_t *at);
uint64_t get_uint(const uint8_t *at, unsigned width);

#endif
