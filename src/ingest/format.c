/* SPDX-License-Identifier: Apache-2.0 */
/* format.c - the table of formats; see format.h. */
#include "ingest/format.h"

#include <string.h>

/* clang-format off */
static const struct format *const formats[] = {
	&format_warc,
	&format_arc,
	&format_bundle,
	&format_sqlite,
	&format_feed,
	&format_front_matter,
	&format_json_answer,
	&format_lines,
	&format_json,
	&format_mail,
	&format_csv,
};
/* clang-format on */

#define COUNT (sizeof(formats) / sizeof(formats[0]))

const struct format *format_sniff(const struct look *look)
{
	for (size_t i = 0; i < COUNT; i++)
		if (formats[i]->sniff != NULL && formats[i]->sniff(look))
			return formats[i];
	return NULL;
}

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	return NULL;
}
