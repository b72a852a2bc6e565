/* SPDX-License-Identifier: Apache-2.0 */
/* thrift.c - the compact protocol, written; see thrift.h. */

#include "export/thrift.h"

#include <assert.h>
#include <string.h>

/* Types of fields that only the fields have. */
enum {
	TYPE_TRUE = 1,
	TYPE_FALSE = 2,
	TYPE_I8 = 3,
	TYPE_I16 = 4,
	TYPE_I64 = 6,
	TYPE_LIST = 9,
};

/* 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
static void zigzag(struct buf *out, int64_t v)
{
	uint64_t u = (uint64_t)v << 1;

	buf_varint(out, v < 0 ? ~u : u);
}

static void field(struct thrift *t, unsigned id, unsigned type)
{
	unsigned *last = &t->last[t->depth];
	unsigned step = id - *last;

	assert(id > *last);
	if (step <= 15) {
		buf_u8(t->out, (uint8_t)(step << 4 | type));
	} else {
		buf_u8(t->out, (uint8_t)type);
		zigzag(t->out, (int64_t)id);
	}
	*last = id;
}

static void descend(struct thrift *t)
{
	assert(t->depth + 1 < THRIFT_DEPTH_MAX);
	t->last[++t->depth] = 0;
}

static void text(struct buf *out, const void *bytes, size_t len)
{
	buf_varint(out, len);
	buf_put(out, bytes, len);
}

void thrift_init(struct thrift *t, struct buf *out)
{
	*t = (struct thrift){ .out = out };
}

void thrift_bool(struct thrift *t, unsigned id, bool v)
{
	field(t, id, v ? TYPE_TRUE : TYPE_FALSE);
}

void thrift_i8(struct thrift *t, unsigned id, int8_t v)
{
	field(t, id, TYPE_I8);
	buf_u8(t->out, (uint8_t)v);
}

void thrift_i16(struct thrift *t, unsigned id, int16_t v)
{
	field(t, id, TYPE_I16);
	zigzag(t->out, v);
}

void thrift_i32(struct thrift *t, unsigned id, int32_t v)
{
	field(t, id, THRIFT_I32);
	zigzag(t->out, v);
}

void thrift_i64(struct thrift *t, unsigned id, int64_t v)
{
	field(t, id, TYPE_I64);
	zigzag(t->out, v);
}

void thrift_binary(struct thrift *t, unsigned id, const void *bytes, size_t len)
{
	field(t, id, THRIFT_BINARY);
	text(t->out, bytes, len);
}

void thrift_text(struct thrift *t, unsigned id, const char *s)
{
	thrift_binary(t, id, s, strlen(s));
}

void thrift_struct(struct thrift *t, unsigned id)
{
	field(t, id, THRIFT_STRUCT);
	descend(t);
}

void thrift_end(struct thrift *t)
{
	buf_u8(t->out, 0);
	if (t->depth > 0)
		t->depth--;
}

void thrift_list(struct thrift *t, unsigned id, enum thrift_type of,
                 size_t count)
{
	field(t, id, TYPE_LIST);
	if (count < 15) {
		buf_u8(t->out, (uint8_t)(count << 4 | of));
	} else {
		buf_u8(t->out, (uint8_t)(0xf0 | of));
		buf_varint(t->out, count);
	}
}

void thrift_item(struct thrift *t)
{
	descend(t);
}

void thrift_item_i32(struct thrift *t, int32_t v)
{
	zigzag(t->out, v);
}

void thrift_item_text(struct thrift *t, const char *s)
{
	text(t->out, s, strlen(s));
}
