/* SPDX-License-Identifier: Apache-2.0 */
/* base64.c - see base64.h. */

#include "base/base64.h"

#include <stdint.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "abcdefghijklmnopqrstuvwxyz"
			      "0123456789+/";

void base64_put(struct buf *out, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)at[i] << 16;

		if (i + 1 < len)
			v |= (uint32_t)at[i + 1] << 8;
		if (i + 2 < len)
			v |= at[i + 2];
		buf_u8(out, (uint8_t)letters[v >> 18]);
		buf_u8(out, (uint8_t)letters[v >> 12 & 63]);
		buf_u8(out, i + 1 < len ? (uint8_t)letters[v >> 6 & 63] : '=');
		buf_u8(out, i + 2 < len ? (uint8_t)letters[v & 63] : '=');
	}
}

static int value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_take(void *out, size_t want, const char *text, size_t len)
{
	size_t pad = (3 - want % 3) % 3;
	uint8_t *to = out;
	uint32_t v = 0;

	if (len != (want + 2) / 3 * 4)
		return false;
	for (size_t i = 0; i < len; i++) {
		int n = i + pad >= len ? (text[i] == '=' ? 0 : -1)
		                       : value(text[i]);

		if (n < 0)
			return false;
		v = v << 6 | (uint32_t)n;
		if (i % 4 != 3)
			continue;
		for (size_t k = 0; k < 3; k++) {
			uint8_t byte = (uint8_t)(v >> (16 - 8 * k));

			if (i / 4 * 3 + k < want)
				to[i / 4 * 3 + k] = byte;
			else if (byte != 0)
				return false;
		}
		v = 0;
	}
	return true;
}
