/* SPDX-License-Identifier: Apache-2.0 */
/* import_case.c - see import_case.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "support/import_case.h"

static void hear(void *ctx, enum fiche_ingest_level level, const char *where,
                 const char *what)
{
	struct import_case *c = ctx;
	size_t used = strlen(c->said), n = strlen(c->dir);

	if (strncmp(where, c->dir, n) == 0)
		where += n + 1;
	(void)snprintf(c->said + used, sizeof(c->said) - used, "%c %s: %s\n",
	               level == FICHE_INGEST_NOTE ? 'N' : 'W', where, what);
}

int import_setup(void **state)
{
	struct import_case *c = calloc(1, sizeof(*c));
	const char *tmp = getenv("TMPDIR");

	if (c == NULL)
		return -1;
	(void)snprintf(c->dir, sizeof(c->dir), "%s/fiche-import-XXXXXX",
	               tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(c->dir) == NULL)
		return -1;
	c->opt.message = hear;
	c->opt.now = 1700000000;
	c->opt.ctx = c;
	*state = c;
	return 0;
}

int import_teardown(void **state)
{
	struct import_case *c = *state;

	fake_writer_reset(&c->writer);
	(void)rmdir(c->dir);
	free(c);
	return 0;
}

int import_try(struct import_case *c, const char *name, const void *bytes,
               size_t len)
{
	struct fiche_ingest *in;
	char path[512];
	FILE *f;
	int r;

	fake_writer_reset(&c->writer);
	memset(&c->stats, 0, sizeof(c->stats));
	c->said[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s", c->dir, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	r = fiche_ingest_new(&in, &c->writer, &c->opt, NULL);
	if (r == 0)
		r = fiche_ingest_path(in, path, &c->stats, NULL);
	if (r == 0)
		(void)fiche_writer_commit(&c->writer, NULL);
	fiche_ingest_free(in);
	assert_int_equal(unlink(path), 0);
	return r;
}

void import_bytes(struct import_case *c, const char *name, const void *bytes,
                  size_t len)
{
	assert_int_equal(import_try(c, name, bytes, len), 0);
	assert_int_equal(c->stats.records, c->writer.count);
}

void import_text(struct import_case *c, const char *name, const char *text)
{
	import_bytes(c, name, text, strlen(text));
}

void assert_said(struct import_case *c, const char *what)
{
	if (strstr(c->said, what) == NULL)
		fail_msg("not said: \"%s\" but:\n%s", what, c->said);
}

void assert_quiet(struct import_case *c)
{
	assert_string_equal(c->said, "");
}

void assert_count(struct import_case *c, size_t count)
{
	if (c->writer.count != count)
		fail_msg("%zu records instead of %zu; said:\n%s",
		         c->writer.count, count, c->said);
}

static const struct fake_record *record(struct import_case *c, size_t i)
{
	assert_true(i < c->writer.count);
	return &c->writer.records[i];
}

void assert_bytes(struct import_case *c, size_t i, const char *bytes)
{
	assert_string_equal(record(c, i)->bytes, bytes);
	assert_int_equal(record(c, i)->len, strlen(bytes));
}

void assert_has(struct import_case *c, size_t i, const char *what)
{
	const struct fake_record *r = record(c, i);
	const char *in = r->card != NULL ? r->card : r->bytes;

	if (strstr(in, what) == NULL)
		fail_msg("no %s in %s", what, in);
}

void assert_text(struct import_case *c, size_t i, const char *text)
{
	assert_non_null(record(c, i)->text);
	assert_string_equal(record(c, i)->text, text);
}

void assert_every_cut(struct import_case *c, const char *name,
                      const char *bytes, size_t len)
{
	char *whole[64];
	size_t count, i, cut;

	import_bytes(c, name, bytes, len);
	count = c->writer.count;
	assert_true(count < 64);
	for (i = 0; i < count; i++) {
		whole[i] = strdup(c->writer.records[i].bytes);
		assert_non_null(whole[i]);
	}
	for (cut = 0; cut < len; cut++) {
		import_bytes(c, name, bytes, cut);
		assert_true(c->writer.count <= count + 1);
		for (i = 0; i + 1 < c->writer.count; i++)
			assert_string_equal(c->writer.records[i].bytes,
			                    whole[i]);
	}
	for (i = 0; i < count; i++)
		free(whole[i]);
}

void assert_every_allocation(struct import_case *c, const char *name,
                             const char *bytes, size_t len)
{
	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0;; n++) {
			int r;

			alloc_fail_after(n, for_ever != 0);
			r = import_try(c, name, bytes, len);
			if (alloc_faults_fired() == 0) {
				alloc_fail_after(-1, false);
				break;
			}
			alloc_fail_after(-1, false);
			/* A message may lose its place, nothing more. */
			if (r != 0)
				assert_int_equal(r, FICHE_ERR_NOMEM);
		}
}
