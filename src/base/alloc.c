/* SPDX-License-Identifier: Apache-2.0 */
/* alloc.c - checked allocation that fails on demand; see alloc.h. */

#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Test state: process-wide on purpose, so that worker threads fail as well. */
static atomic_long fail_countdown = -1;
static atomic_bool fail_for_ever;
static atomic_ulong fail_fired;

static bool must_fail(void)
{
	long left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);

	if (left < 0)
		return false;
	left = atomic_fetch_sub(&fail_countdown, 1);
	if (left > 0)
		return false;
	if (left < 0) {
		atomic_store(&fail_countdown, -1);
		return false;
	}
	if (atomic_load(&fail_for_ever))
		atomic_store(&fail_countdown, 0);
	atomic_fetch_add(&fail_fired, 1);
	return true;
}

void *alloc_bytes(size_t len)
{
	return must_fail() ? NULL : malloc(len ? len : 1);
}

void *alloc_zeroed(size_t count, size_t size)
{
	return must_fail() ? NULL : calloc(count ? count : 1, size ? size : 1);
}

void *alloc_resize(void *old, size_t count, size_t size)
{
	if (size && count > PTRDIFF_MAX / size)
		return NULL;
	if (must_fail())
		return NULL;
	return realloc(old, count && size ? count * size : 1);
}

char *alloc_strndup(const char *text, size_t len)
{
	char *copy = alloc_bytes(len + 1);

	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

void alloc_free(void *ptr)
{
	free(ptr);
}

int alloc_grow(void *items, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap + *cap / 2;
	void *old, *grown;

	if (need <= *cap)
		return 0;
	if (want < need)
		want = need;
	if (want < 8)
		want = 8;
	memcpy(&old, items, sizeof(old));
	grown = alloc_resize(old, want, size);
	if (!grown)
		return FICHE_ERR_NOMEM;
	memcpy(items, &grown, sizeof(grown));
	*cap = want;
	return 0;
}

void alloc_fail_after(long countdown, bool for_ever)
{
	atomic_store(&fail_fired, 0);
	atomic_store(&fail_for_ever, for_ever);
	atomic_store(&fail_countdown, countdown);
}

unsigned long alloc_faults_fired(void)
{
	return atomic_load(&fail_fired);
}
