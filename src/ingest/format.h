/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format.h - the kinds of input, and how they are told apart.
 *
 * The first in the table that knows the bytes reads them; so the ones with a
 * magic number stand in front, the guesses behind.
 */
#ifndef INGEST_FORMAT_H
#define INGEST_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/input.h"

/* As many bytes as are looked at; less only if the input is shorter. */
#define FORMAT_WINDOW ((size_t)64 << 10)

/* The beginning of an input. */
struct look {
	const uint8_t *ptr;
	size_t len;
	bool complete;    /* the input ends behind these bytes */
	const char *name; /* has no meaning but its ending */
};

struct format {
	const char *name; /* for messages and --format: "csv" */
	/* Is it this?  Must be sure: a wrong yes loses more than a wrong no.
	 * NULL: only if asked for by name. */
	bool (*sniff)(const struct look *look);
	/* Read i->bytes to its end.  See input.h for what is returned. */
	int (*read)(const struct input *i, struct fiche_error *err);
};

/* NULL if nobody knows it: then it is one record, a file. */
const struct format *format_sniff(const struct look *look);
/* NULL if there is none of this name. */
const struct format *format_find(const char *name);

/* Does the name end so, in any case of ASCII letters?  `ending` with its dot.
 */
bool look_named(const struct look *look, const char *ending);

extern const struct format format_warc;
extern const struct format format_arc;
extern const struct format format_bundle; /* bundle.h */
extern const struct format format_front_matter;
extern const struct format format_json_answer;
extern const struct format format_json;
extern const struct format format_csv;
extern const struct format format_feed;
extern const struct format format_lines; /* lines.c is the buffer; this reads */
extern const struct format format_mail;
extern const struct format format_sqlite;
int read_file(const struct input *i, struct fiche_error *err);

#endif
