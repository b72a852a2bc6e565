/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find.c - parity is found by its tables, each page of which tells the whole
 * geometry (spec 4.13).
 */

#include "parity/find.h"

#include <stdlib.h>
#include <string.h>

#include "archive/file.h"
#include "base/alloc.h"
#include "base/err.h"

#define CHUNK ((size_t)1 << 20)

void zones_done(struct zones *z)
{
	alloc_free(z->head);
	memset(z, 0, sizeof(*z));
}

/* `head->number` counts from here on how many pages have told the same. */
static int add(struct zones *z, const struct parity_head *head,
               struct fiche_error *err)
{
	/* The pages of a table stand together. */
	if (z->count > 0 && parity_head_same(&z->head[z->count - 1], head)) {
		z->head[z->count - 1].number++;
		return 0;
	}
	if (alloc_grow(&z->head, &z->cap, z->count + 1, sizeof(*z->head)) < 0)
		return err_nomem(err);
	z->head[z->count] = *head;
	z->head[z->count++].number = 1;
	return 0;
}

static int scan_pages(struct zones *z, const uint8_t *pages, size_t count,
                      uint64_t at, const uint8_t *uuid, struct fiche_error *err)
{
	struct parity_head head;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const uint8_t *page = pages + i * PARITY_PAGE;

		if (memcmp(page, PARITY_MAGIC, 8) != 0)
			continue;
		r = parity_table_decode(&head, page, at + i * PARITY_PAGE, uuid,
		                        err);
		r = r == 0 ? add(z, &head, err)
		           : (r == FICHE_ERR_NOMEM ? r : 0);
	}
	return r;
}

int zones_scan(struct zones *z, struct io_file *f, const uint8_t *uuid,
               struct fiche_error *err)
{
	uint8_t *chunk = alloc_bytes(CHUNK);
	uint64_t size, at = 0;
	int r = chunk ? io_size(f, &size, err) : err_nomem(err);

	while (r == 0 && at < size / PARITY_PAGE * PARITY_PAGE) {
		uint64_t left = size / PARITY_PAGE * PARITY_PAGE - at;
		size_t n = left < CHUNK ? (size_t)left : CHUNK;
		size_t step = n;

		if (io_read(f, at, chunk, n, NULL) < 0) {
			step = PARITY_PAGE;
			n = io_read(f, at, chunk, step, NULL) < 0 ? 0 : step;
		}
		r = scan_pages(z, chunk, n / PARITY_PAGE, at, uuid, err);
		at += step;
	}
	alloc_free(chunk);
	return r;
}

static int by_offset(const void *x, const void *y)
{
	const struct parity_head *a = x, *b = y;
	uint8_t p[PARITY_HEAD], q[PARITY_HEAD];
	struct parity_head c = *b;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	c.number = a->number;
	parity_head_encode(p, a);
	parity_head_encode(q, &c);
	return memcmp(p, q, sizeof(p));
}

/* Can both be?  `b` does not stand before `a`. */
static bool agree(const struct parity_head *a, const struct parity_head *b)
{
	return b->offset - a->offset >= parity_section_size(&a->geometry) &&
	       b->start >= a->start &&
	       (b->start - a->start) / PARITY_PAGE >= a->geometry.pages;
}

/*
 * A zone that begins where an earlier one does, or before, protects what that
 * stands in: so the earlier one was never committed.  But one page that lies
 * is not believed against many.
 */
static bool replaces(const struct parity_head *b, const struct parity_head *a)
{
	return b->offset > a->offset && b->start <= a->start &&
	       b->number > a->number / 4;
}

static void settle(struct zones *z, const struct parity_head *next)
{
	struct parity_head *last;

	while (z->count > 0 && replaces(next, &z->head[z->count - 1]))
		z->count--;
	last = z->count > 0 ? &z->head[z->count - 1] : NULL;
	if (!last || agree(last, next))
		z->head[z->count++] = *next;
	else if (next->number > last->number)
		*last = *next;
}

/* Only what `uuid` has. */
static void filter(struct zones *z, const uint8_t *uuid)
{
	size_t kept = 0;

	for (size_t i = 0; i < z->count; i++)
		if (memcmp(z->head[i].uuid, uuid, UUID_SIZE) == 0)
			z->head[kept++] = z->head[i];
	z->count = kept;
}

void zones_settle(struct zones *z, const uint8_t *uuid)
{
	size_t count = 0;

	if (z->count == 0)
		return;
	filter(z, uuid);
	qsort(z->head, z->count, sizeof(*z->head), by_offset);
	for (size_t i = 0; i < z->count; i++)
		if (count > 0 &&
		    parity_head_same(&z->head[count - 1], &z->head[i]))
			z->head[count - 1].number += z->head[i].number;
		else
			z->head[count++] = z->head[i];
	z->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct parity_head next = z->head[i];

		settle(z, &next);
	}
}

/* Does the next commit behind the section say that it stands in a void? */
static bool is_void(struct archive *a, const struct parity_head *head)
{
	uint64_t end = head->offset + PARITY_PAGE;
	uint8_t raw[FOOTER_SIZE];
	struct found_commit c;
	struct footer f;
	bool is;

	for (; end <= a->size; end += PARITY_PAGE) {
		if (io_read(a->file, end - FOOTER_SIZE, raw, sizeof(raw),
		            NULL) < 0 ||
		    footer_decode(&f, raw, end, NULL) < 0 ||
		    archive_read_commit(a, f.commit_offset, &c, NULL) < 0)
			continue;
		is = c.commit.batch_start <= head->offset &&
		     head->offset - c.commit.batch_start < c.commit.void_len;
		found_commit_done(&c);
		return is;
	}
	return false;
}

int zones_drop_voids(struct zones *z, struct io_file *f,
                     struct fiche_error *err)
{
	struct archive a = { .file = f };
	size_t kept = 0;
	int r = io_size(f, &a.size, err);

	for (size_t i = 0; r == 0 && i < z->count; i++) {
		memcpy(a.uuid, z->head[i].uuid, UUID_SIZE);
		if (!is_void(&a, &z->head[i]))
			z->head[kept++] = z->head[i];
	}
	if (r == 0)
		z->count = kept;
	return r;
}
