/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c - read pages, check each, forget few; see pages.h. */

#include "archive/pages.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/section.h"

#define SLOTS 256 /* direct-mapped, 1 MiB */
#define BULK  32  /* pages read at once when more than a few are wanted */

struct page_slot {
	uint64_t at; /* file offset */
	uint32_t len;
	uint8_t content[PAGE_DATA];
};

/* Of a small index a few pages are wanted, and a commit looks at several. */
struct page_cache {
	struct page_slot *slot[SLOTS]; /* NULL until they are used */
	uint8_t *bulk;                 /* the same */
};

uint64_t pages_stored_len(uint64_t logical)
{
	return logical + (logical + PAGE_DATA - 1) / PAGE_DATA * 4;
}

uint64_t pages_logical_len(uint64_t stored)
{
	uint64_t rest = stored % PAGE_SIZE;

	if (stored == 0 || (rest > 0 && rest <= 4))
		return 0;
	return stored / PAGE_SIZE * PAGE_DATA + (rest ? rest - 4 : 0);
}

uint32_t page_crc(const void *content, size_t len, uint64_t at)
{
	uint8_t place[8];

	put_u64(place, at);
	return crc32_add(crc32_add(0, content, len), place, sizeof(place));
}

struct page_cache *page_cache_new(void)
{
	return alloc_zeroed(1, sizeof(struct page_cache));
}

void page_cache_free(struct page_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		alloc_free(c->slot[i]);
	alloc_free(c->bulk);
	alloc_free(c);
}

/* Length of the content of page `page`. */
static size_t content_len(const struct page_in *p, uint64_t page)
{
	uint64_t left = p->payload_len - page * PAGE_SIZE;

	return left >= PAGE_SIZE ? PAGE_DATA : (size_t)left - 4;
}

static int check(const uint8_t *raw, size_t len, uint64_t at,
                 struct fiche_error *err)
{
	if (page_crc(raw, len, at) != get_u32(raw + len))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "index page CRC mismatch");
	return 0;
}

static int one_page(struct page_in *p, uint64_t page,
                    const struct page_slot **out, struct fiche_error *err)
{
	uint64_t at = p->payload_at + page * PAGE_SIZE;
	struct page_slot **slot = &p->cache->slot[at / PAGE_SIZE % SLOTS];
	struct page_slot *s;
	size_t len = content_len(p, page);
	uint8_t raw[PAGE_SIZE];
	int r;

	if (!*slot)
		*slot = alloc_zeroed(1, sizeof(**slot));
	s = *slot;
	if (!s)
		return err_nomem(err);
	if (s->at != at || s->len != len) {
		r = io_read(p->file, at, raw, len + 4, err);
		if (r == 0)
			r = check(raw, len, at, err);
		if (r < 0)
			return r;
		memcpy(s->content, raw, len);
		s->at = at;
		s->len = (uint32_t)len;
	}
	*out = s;
	return 0;
}

/* Whole pages from `page` on, at most `want` bytes of content. */
static int many_pages(struct page_in *p, uint64_t page, uint8_t *out,
                      size_t want, size_t *got, struct fiche_error *err)
{
	uint64_t at = p->payload_at + page * PAGE_SIZE;
	size_t n = want / PAGE_DATA < BULK ? want / PAGE_DATA : BULK;
	uint8_t *bulk = p->cache->bulk;
	int r;

	if (!bulk)
		bulk = p->cache->bulk = alloc_bytes(BULK * PAGE_SIZE);
	*got = n * PAGE_DATA;
	if (!bulk)
		return err_nomem(err);
	r = io_read(p->file, at, bulk, n * PAGE_SIZE, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = check(bulk + i * PAGE_SIZE, PAGE_DATA, at + i * PAGE_SIZE,
		          err);
		memcpy(out + i * PAGE_DATA, bulk + i * PAGE_SIZE, PAGE_DATA);
	}
	return r;
}

static int page_read(struct segment_in *in, uint64_t at, void *buf, size_t len,
                     struct fiche_error *err)
{
	struct page_in *p = (struct page_in *)in;
	const struct page_slot *s;
	uint8_t *out = buf;
	size_t n;
	int r;

	while (len > 0) {
		uint64_t page = at / PAGE_DATA;
		size_t skip = (size_t)(at % PAGE_DATA);

		if (skip == 0 && len >= 2 * PAGE_DATA) {
			r = many_pages(p, page, out, len, &n, err);
			if (r < 0)
				return r;
		} else {
			r = one_page(p, page, &s, err);
			if (r < 0)
				return r;
			if (skip >= s->len)
				return err_set(err, FICHE_ERR_CORRUPT,
				               p->payload_at,
				               "index is shorter than it says");
			n = s->len - skip < len ? s->len - skip : len;
			memcpy(out, s->content + skip, n);
		}
		out += n;
		at += n;
		len -= n;
	}
	return 0;
}

void page_in_init(struct page_in *p, struct io_file *file,
                  struct page_cache *cache, uint64_t section_offset,
                  uint64_t section_size)
{
	p->in.read = page_read;
	p->file = file;
	p->cache = cache;
	p->payload_at = section_offset + SECTION_HEADER_SIZE;
	p->payload_len = section_size - SECTION_HEADER_SIZE;
}

static int memory_read(struct segment_in *in, uint64_t at, void *buf,
                       size_t len, struct fiche_error *err)
{
	const struct memory_in *m = (const struct memory_in *)in;

	if (at > m->len || len > m->len - at)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "index is shorter than it says");
	if (len)
		memcpy(buf, m->bytes + at, len);
	return 0;
}

void memory_in_init(struct memory_in *m, const void *bytes, uint64_t len)
{
	m->in.read = memory_read;
	m->bytes = bytes;
	m->len = len;
}
