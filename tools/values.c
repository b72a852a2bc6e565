/* SPDX-License-Identifier: Apache-2.0 */
/* values.c - the values of options; see values.h. */

#include "values.h"

#include <string.h>

#include "fiche/fiche.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The digits at *p, which moves behind them. */
static bool digits(uint64_t *out, const char **p)
{
	uint64_t v = 0;

	if (!is_digit(**p))
		return false;
	for (; is_digit(**p); (*p)++) {
		uint64_t d = (uint64_t)(**p - '0');

		if (v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}

bool value_count(uint64_t *out, const char *text)
{
	uint64_t v;

	if (!digits(&v, &text) || *text != '\0')
		return false;
	*out = v;
	return true;
}

static bool scale(uint64_t *v, uint64_t unit, unsigned power)
{
	while (power-- > 0) {
		if (*v > UINT64_MAX / unit)
			return false;
		*v *= unit;
	}
	return true;
}

bool value_size(uint64_t *out, const char *text)
{
	static const char prefixes[] = "KMGTP";
	const char *prefix;
	uint64_t v, unit = 1024;
	unsigned power = 0;

	if (!digits(&v, &text))
		return false;
	if (*text != '\0') {
		char upper = *text == 'k' ? 'K' : *text;

		prefix = strchr(prefixes, upper);
		if (prefix) {
			power = (unsigned)(prefix - prefixes) + 1;
			text++;
		}
	}
	if (power > 0 && strcmp(text, "B") == 0)
		unit = 1000;
	else if (*text != '\0' && !(power > 0 && strcmp(text, "iB") == 0) &&
	         !(power == 0 && strcmp(text, "B") == 0))
		return false;
	if (!scale(&v, unit, power))
		return false;
	*out = v;
	return true;
}

bool value_duration(uint64_t *out, const char *text)
{
	uint64_t v, unit;

	if (!digits(&v, &text))
		return false;
	if (strcmp(text, "s") == 0)
		unit = 1;
	else if (strcmp(text, "m") == 0 || strcmp(text, "min") == 0)
		unit = 60;
	else if (strcmp(text, "h") == 0)
		unit = 3600;
	else
		return false;
	if (v > UINT32_MAX / unit)
		return false;
	*out = v * unit;
	return true;
}

bool value_time(int64_t *out, const char *text)
{
	uint64_t v;
	int64_t from, to;

	/* Up to eight digits would be a year or a day, but a time is seconds.
	 */
	if (value_count(&v, *text == '@' ? text + 1 : text)) {
		if (v > INT64_MAX / 2)
			return false;
		*out = (int64_t)v;
		return true;
	}
	if (strstr(text, "..") ||
	    fiche_parse_dates(&from, &to, text, 0, NULL) != 0 ||
	    from == INT64_MIN)
		return false;
	*out = from;
	return true;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool value_uuid(uint8_t out[16], const char *text)
{
	uint8_t bytes[16];
	size_t n = 0;
	int d;

	for (; *text != '\0'; text++) {
		if (*text == '-' && n > 0 && n < 32)
			continue;
		d = hex_digit(*text);
		if (d < 0 || n == 32)
			return false;
		if (n % 2 == 0)
			bytes[n / 2] = (uint8_t)(d << 4);
		else
			bytes[n / 2] = (uint8_t)(bytes[n / 2] | d);
		n++;
	}
	if (n != 32)
		return false;
	memcpy(out, bytes, sizeof(bytes));
	return true;
}

bool looks_like_id(const char *text)
{
	size_t n = 0;

	for (; text[n] != '\0'; n++)
		if (hex_digit(text[n]) < 0)
			return false;
	return n >= 8 && n <= 2 * FICHE_DIGEST_SIZE;
}

bool looks_like_url(const char *text)
{
	return strstr(text, "://") || strncmp(text, "www.", 4) == 0 ||
	       strncmp(text, "//", 2) == 0;
}
