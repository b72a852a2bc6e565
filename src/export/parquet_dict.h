/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet_dict.h - the dictionary of a column with few different texts, as long
 * as it pays.
 */
#ifndef EXPORT_PARQUET_DICT_H
#define EXPORT_PARQUET_DICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "export/runs.h"

struct dict {
	bool on;
	struct buf values;     /* as their page has them */
	struct numbers starts; /* of each in there */
	struct numbers slots;  /* place + 1, by hash; 0 is free */
	struct numbers used;   /* of each text that was added: its place */
};

/* Be empty, and in use or not. */
void dict_clear(struct dict *d, bool on);
void dict_done(struct dict *d);
/* false when out of memory; then only dict_clear() and dict_done() may come. */
bool dict_ok(const struct dict *d);

/* false: better without a dictionary; the text was not added.  Takes bounded
 * time, whoever chose the texts. */
bool dict_add(struct dict *d, const char *text, size_t len);

/* Append all that was added, in order, as plain values. */
void dict_unfold(const struct dict *d, struct buf *out);

/* Append a text as a plain value: its length and its bytes. */
void value_put(struct buf *out, const void *text, size_t len);

#endif
