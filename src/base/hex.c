/* SPDX-License-Identifier: Apache-2.0 */
/* hex.c - see hex.h. */

#include "base/hex.h"

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(uint8_t *out, size_t size, const char *hex, size_t len)
{
	if (len != 2 * size)
		return false;
	for (size_t i = 0; i < len; i++) {
		int v = hex[i] <= 'F' && hex[i] >= 'A' ? -1 : hex_digit(hex[i]);

		if (v < 0)
			return false;
		if (i % 2)
			out[i / 2] |= (uint8_t)v;
		else
			out[i / 2] = (uint8_t)(v << 4);
	}
	return true;
}
