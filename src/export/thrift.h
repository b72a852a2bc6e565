/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thrift.h - the compact protocol of Apache Thrift, as far as the metadata of
 * Parquet needs it; written only.
 *
 * Fields of a struct are put in ascending order of their ids.  A buffer that
 * ran out of memory says so at the end (base/buf.h).
 */
#ifndef EXPORT_THRIFT_H
#define EXPORT_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Structs in structs; what Parquet has is 6 deep. */
#define THRIFT_DEPTH_MAX 12

enum thrift_type {
	THRIFT_I32 = 5,
	THRIFT_BINARY = 8,
	THRIFT_STRUCT = 12,
};

struct thrift {
	struct buf *out;
	unsigned depth;
	unsigned last[THRIFT_DEPTH_MAX]; /* id of the field before, for each */
};

/* Begin a struct that is no field: the whole message, or an item of a list
 * that is put together elsewhere. */
void thrift_init(struct thrift *t, struct buf *out);

void thrift_bool(struct thrift *t, unsigned id, bool v);
void thrift_i8(struct thrift *t, unsigned id, int8_t v);
void thrift_i16(struct thrift *t, unsigned id, int16_t v);
void thrift_i32(struct thrift *t, unsigned id, int32_t v);
void thrift_i64(struct thrift *t, unsigned id, int64_t v);
void thrift_binary(struct thrift *t, unsigned id, const void *bytes,
                   size_t len);
void thrift_text(struct thrift *t, unsigned id, const char *text);

/* Begin a field that is a struct; thrift_end() ends the innermost one. */
void thrift_struct(struct thrift *t, unsigned id);
void thrift_end(struct thrift *t);

/* A field that is a list, `count` items follow: of structs, each in
 * thrift_item() and thrift_end(). */
void thrift_list(struct thrift *t, unsigned id, enum thrift_type of,
                 size_t count);
void thrift_item(struct thrift *t);
void thrift_item_i32(struct thrift *t, int32_t v);
void thrift_item_text(struct thrift *t, const char *text);

#endif
