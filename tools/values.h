/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values.h - the values of options, as people write them.
 *
 * Each parser takes the whole text or nothing: false, and *out is untouched.
 */
#ifndef TOOLS_VALUES_H
#define TOOLS_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only. */
bool value_count(uint64_t *out, const char *text);
/* 4096, 64K, 64M, 64MiB (powers of 1024), 64MB (powers of 1000), 1GiB. */
bool value_size(uint64_t *out, const char *text);
/* 30s, 5m, 2h: seconds. */
bool value_duration(uint64_t *out, const char *text);
/* 1709251200, @1709251200 or a date with its zone: its first second. */
bool value_time(int64_t *out, const char *text);
/* 32 hex digits, dashes between them ignored. */
bool value_uuid(uint8_t out[16], const char *text);

/* At least 8 characters, all hex digits: the beginning of an id? */
bool looks_like_id(const char *text);
/* An address, or a pattern of one? */
bool looks_like_url(const char *text);

#endif
