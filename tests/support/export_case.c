/* SPDX-License-Identifier: Apache-2.0 */
/* export_case.c - see export_case.h. */

#define _GNU_SOURCE 1

#include "support/export_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "export/place.h"
#include "export/target.h"

struct fiche_text export_text(const char *text)
{
	return (struct fiche_text){ text, text ? strlen(text) : 0 };
}

struct fiche_article export_article_of(uint64_t number)
{
	struct fiche_article a = { .number = number };
	uint64_t mixed = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);

	memcpy(a.digest, &mixed, sizeof(mixed));
	memcpy(a.digest + 8, &number, sizeof(number));
	a.media_type = export_text("application/json");
	return a;
}

int export_case_init(struct export_case *c, const char *name)
{
	const char *tmp = getenv("TMPDIR");

	memset(c, 0, sizeof(*c));
	c->opt.overwrite = true;
	c->opt.has_time = true;
	c->hold = (size_t)64 << 20;
	(void)snprintf(c->folder, sizeof(c->folder), "%.40s/fiche-XXXXXX",
	               tmp ? tmp : "/tmp");
	if (!mkdtemp(c->folder))
		return -1;
	(void)snprintf(c->path, sizeof(c->path), "%s/%.20s", c->folder, name);
	return 0;
}

void export_case_done(struct export_case *c)
{
	place_remove(c->folder);
}

int export_case_write(struct export_case *c, const struct export_format *f,
                      const struct fiche_article *a, size_t count,
                      struct fiche_error *err)
{
	struct fiche_export_stats stats = { 0 };
	struct target t = { 0 };
	int r = target_open(&t, f, c->path, c->hold, &c->opt, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++) {
		struct export_article x = { .article = &a[i],
			                    .record = a[i].text };

		r = target_add(&t, &x, err);
	}
	if (r == 0)
		return target_close(&t, &c->opt, &stats, err);
	target_done(&t);
	return r;
}
