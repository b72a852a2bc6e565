/* SPDX-License-Identifier: Apache-2.0 */
/* hex.h - hexadecimal digits. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Its value, in either case; -1 if it is none. */
int hex_digit(char c);
/* Just `size` bytes from digits in lower case; false if it is not that, and
 * `out` is undefined then. */
bool hex_decode(uint8_t *out, size_t size, const char *hex, size_t len);

#endif
