/* SPDX-License-Identifier: Apache-2.0 */
/* feed_encoding.c - tables of encodings, made by iconv; see feed_encoding.h. */
#include "ingest/feed_encoding.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static int to_code_point(iconv_t cd, const char *bytes, size_t len)
{
	char copy[4], out[8], *from = copy, *to = out;
	size_t room = sizeof(out), left = len;

	memcpy(copy, bytes, len);
	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) == (size_t)-1 || left > 0 ||
	    room != 4)
		return -1;
	return (uint8_t)out[0] | (uint8_t)out[1] << 8 | (uint8_t)out[2] << 16;
}

static int XMLCALL convert_pair(void *cd, const char *bytes)
{
	return to_code_point(cd, bytes, 2);
}

static void XMLCALL release(void *cd)
{
	(void)iconv_close(cd);
}

/* Bytes that are no character by themselves begin one of two. */
int XMLCALL feed_encoding(void *ctx, const XML_Char *name, XML_Encoding *out)
{
	iconv_t cd = iconv_open("UTF-32LE", name);
	bool pairs = false;

	(void)ctx;
	if (cd == (iconv_t)-1)
		return XML_STATUS_ERROR;
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;

		out->map[i] = to_code_point(cd, &byte, 1);
		if (out->map[i] > 0xffff)
			out->map[i] = -1;
		if (out->map[i] == -1 && i >= 0x80) {
			out->map[i] = -2;
			pairs = true;
		}
	}
	/* Most of a table of single bytes is there: holes are holes. */
	for (int i = 0, holes = 0; pairs && i < 2; i++) {
		for (int b = 0x80; b < 0x100; b++) {
			holes += i == 0 && out->map[b] == -2;
			if (i == 1 && out->map[b] == -2)
				out->map[b] = -1;
		}
		if (i == 0 && holes > 48)
			break;
		pairs = i == 0;
	}
	out->data = cd;
	out->convert = pairs ? convert_pair : NULL;
	out->release = release;
	return XML_STATUS_OK;
}
