/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zip.c - files deflated one by one, and their directory (APPNOTE 6.3); see
 * zip.h.
 *
 * A file is compressed before its header is written, so that sizes stand in
 * front of it and it can be read from a pipe.  Entries of the directory are
 * kept in memory.
 */

#include "export/zip.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "article/date.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define LOCAL_MAGIC   UINT32_C(0x04034b50)
#define ENTRY_MAGIC   UINT32_C(0x02014b50)
#define END_MAGIC     UINT32_C(0x06054b50)
#define END64_MAGIC   UINT32_C(0x06064b50)
#define LOCATOR_MAGIC UINT32_C(0x07064b50)

#define VERSION_DEFLATE 20
#define VERSION_64      45
#define MADE_BY_UNIX    (3 << 8)
#define STORED          0
#define DEFLATED        8
#define MODE            (UINT32_C(0100644) << 16) /* rw-r--r-- */

#define EXTRA_64   0x0001
#define EXTRA_TIME 0x5455

#define TIME_MIN INT64_C(315532800) /* 1980-01-01 */
#define TIME_MAX INT64_C(0x7fffffff)

struct zip {
	struct out *out;
	z_stream deflate;
	bool ready; /* the stream above */
	uint64_t at;
	uint64_t count;
	struct buf packed, header, directory;
};

/* One file, as both its headers tell. */
struct file {
	const char *name;
	bool has_time;
	int64_t mtime;
	unsigned method;
	uint32_t crc;
	uint32_t stored, len;
	uint64_t at; /* of its local header */
};

int zip_new(struct zip **out, struct out *o, struct fiche_error *err)
{
	struct zip *z = alloc_zeroed(1, sizeof(*z));

	if (!z)
		return err_nomem(err);
	z->out = o;
	z->ready = deflateInit2(&z->deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
	                        -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
	if (!z->ready) {
		zip_free(z);
		return err_nomem(err);
	}
	*out = z;
	return 0;
}

void zip_free(struct zip *z)
{
	if (!z)
		return;
	if (z->ready)
		(void)deflateEnd(&z->deflate);
	buf_done(&z->packed);
	buf_done(&z->header);
	buf_done(&z->directory);
	alloc_free(z);
}

static int put(struct zip *z, const void *bytes, size_t len,
               struct fiche_error *err)
{
	z->at += len;
	return out_put(z->out, bytes, len, err);
}

/* ---- headers ------------------------------------------------------- */

/* Two seconds are the unit; without a time, the first that there is. */
static void put_dos_time(struct buf *out, const struct file *f)
{
	int64_t year;
	unsigned month, day, second;

	date_to_civil(f->has_time ? f->mtime : TIME_MIN, &year, &month, &day,
	              &second);
	buf_u16(out, (uint16_t)(second / 3600 << 11 | second / 60 % 60 << 5 |
	                        second % 60 / 2));
	buf_u16(out,
	        (uint16_t)((unsigned)(year - 1980) << 9 | month << 5 | day));
}

/* What both headers have, from the flags to the length of the name. */
static void put_common(struct buf *out, const struct file *f)
{
	buf_u16(out, 0);
	buf_u16(out, (uint16_t)f->method);
	put_dos_time(out, f);
	buf_u32(out, f->crc);
	buf_u32(out, f->stored);
	buf_u32(out, f->len);
	buf_u16(out, (uint16_t)strlen(f->name));
}

static void put_time(struct buf *out, const struct file *f)
{
	if (!f->has_time)
		return;
	buf_u16(out, EXTRA_TIME);
	buf_u16(out, 5);
	buf_u8(out, 1); /* a time of modification follows */
	buf_u32(out, (uint32_t)f->mtime);
}

static void put_local(struct buf *out, const struct file *f)
{
	buf_u32(out, LOCAL_MAGIC);
	buf_u16(out, VERSION_DEFLATE);
	put_common(out, f);
	buf_u16(out, f->has_time ? 9 : 0);
	buf_text(out, f->name);
	put_time(out, f);
}

static void put_entry(struct buf *out, const struct file *f)
{
	bool far = f->at >= UINT32_MAX;
	unsigned extra = (f->has_time ? 9u : 0u) + (far ? 12u : 0u);
	unsigned version = far ? VERSION_64 : VERSION_DEFLATE;

	buf_u32(out, ENTRY_MAGIC);
	buf_u16(out, (uint16_t)(MADE_BY_UNIX | version));
	buf_u16(out, (uint16_t)version);
	put_common(out, f);
	buf_u16(out, (uint16_t)extra);
	buf_u16(out, 0); /* comment */
	buf_u16(out, 0); /* disk */
	buf_u16(out, 0); /* internal attributes */
	buf_u32(out, MODE);
	buf_u32(out, far ? UINT32_MAX : (uint32_t)f->at);
	buf_text(out, f->name);
	put_time(out, f);
	if (far) {
		buf_u16(out, EXTRA_64);
		buf_u16(out, 8);
		buf_u64(out, f->at);
	}
}

/* ---- files --------------------------------------------------------- */

/* Into z->packed, unless it would not get smaller. */
static int compress_file(struct zip *z, struct file *f, const void *bytes,
                         size_t len, struct fiche_error *err)
{
	z_stream *s = &z->deflate;
	int r;

	buf_clear(&z->packed);
	f->method = STORED;
	f->stored = (uint32_t)len;
	if (len == 0)
		return 0;
	if (!buf_reserve(&z->packed, len) || deflateReset(s) != Z_OK)
		return err_nomem(err);
	s->next_in = bytes;
	s->avail_in = (uInt)len;
	s->next_out = z->packed.ptr;
	s->avail_out = (uInt)len;
	r = deflate(s, Z_FINISH);
	if (r == Z_STREAM_END && s->total_out < len) {
		f->method = DEFLATED;
		f->stored = (uint32_t)s->total_out;
	}
	return 0;
}

int zip_put(struct zip *z, const char *name, int64_t mtime, const void *bytes,
            size_t len, struct fiche_error *err)
{
	struct file f = { .name = name, .mtime = mtime, .at = z->at };
	int r;

	if (len > INT32_MAX || strlen(name) > UINT16_MAX)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "an article is too long for zip");
	f.has_time = mtime >= TIME_MIN && mtime <= TIME_MAX;
	f.len = (uint32_t)len;
	f.crc = crc32_add(0, bytes, len);
	r = compress_file(z, &f, bytes, len, err);
	if (r < 0)
		return r;
	buf_clear(&z->header);
	put_local(&z->header, &f);
	put_entry(&z->directory, &f);
	if (!buf_ok(&z->header) || !buf_ok(&z->directory))
		return err_nomem(err);
	z->count++;
	r = put(z, z->header.ptr, z->header.len, err);
	if (r < 0)
		return r;
	return put(z, f.method == DEFLATED ? z->packed.ptr : bytes, f.stored,
	           err);
}

/* ---- the end ------------------------------------------------------- */

/* Counts that are too large for the end of old stand here. */
static void put_end64(struct buf *out, const struct zip *z, uint64_t at)
{
	uint64_t end = at + z->directory.len;

	buf_u32(out, END64_MAGIC);
	buf_u64(out, 44); /* bytes behind this */
	buf_u16(out, MADE_BY_UNIX | VERSION_64);
	buf_u16(out, VERSION_64);
	buf_u32(out, 0); /* disks */
	buf_u32(out, 0);
	buf_u64(out, z->count);
	buf_u64(out, z->count);
	buf_u64(out, z->directory.len);
	buf_u64(out, at);
	buf_u32(out, LOCATOR_MAGIC);
	buf_u32(out, 0);
	buf_u64(out, end);
	buf_u32(out, 1);
}

static void put_end(struct buf *out, const struct zip *z, uint64_t at)
{
	uint64_t size = z->directory.len;
	bool large = z->count >= UINT16_MAX || size >= UINT32_MAX ||
	             at >= UINT32_MAX;
	uint16_t count = large ? UINT16_MAX : (uint16_t)z->count;

	if (large)
		put_end64(out, z, at);
	buf_u32(out, END_MAGIC);
	buf_u16(out, 0); /* disks */
	buf_u16(out, 0);
	buf_u16(out, count);
	buf_u16(out, count);
	buf_u32(out, large ? UINT32_MAX : (uint32_t)size);
	buf_u32(out, large ? UINT32_MAX : (uint32_t)at);
	buf_u16(out, 0); /* comment */
}

int zip_finish(struct zip *z, struct fiche_error *err)
{
	uint64_t at = z->at;
	int r = put(z, z->directory.ptr, z->directory.len, err);

	buf_clear(&z->header);
	put_end(&z->header, z, at);
	if (r == 0 && !buf_ok(&z->header))
		r = err_nomem(err);
	if (r == 0)
		r = put(z, z->header.ptr, z->header.len, err);
	return r;
}
