/* SPDX-License-Identifier: Apache-2.0 */
/* outdir.c - a new folder being filled; see outdir.h. */

#include "export/outdir.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/err.h"

int outdir_init(struct outdir *f, const char *root, struct fiche_error *err)
{
	*f = (struct outdir){ .root = alloc_strndup(root, strlen(root)) };
	if (!f->root)
		return err_nomem(err);
	if (mkdir(root, 0777) != 0)
		return err_sys(err, errno, "cannot make a folder");
	return 0;
}

void outdir_done(struct outdir *f)
{
	alloc_free(f->root);
	buf_done(&f->path);
	f->root = NULL;
}

/* NULL when out of memory. */
static const char *inside(struct outdir *f, const char *name)
{
	buf_clear(&f->path);
	buf_text(&f->path, f->root);
	buf_u8(&f->path, '/');
	buf_put(&f->path, name, strlen(name) + 1);
	return buf_ok(&f->path) ? (const char *)f->path.ptr : NULL;
}

int outdir_sub(struct outdir *f, const char *name, struct fiche_error *err)
{
	const char *path = inside(f, name);

	if (!path)
		return err_nomem(err);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return err_sys(err, errno, "cannot make a folder");
	return 0;
}

int outdir_open(struct outdir *f, struct out **out, const char *name,
                struct fiche_error *err)
{
	const char *path = inside(f, name);

	return path ? out_open_in_folder(out, path, err) : err_nomem(err);
}

int outdir_put(struct outdir *f, const char *name, const struct buf *content,
               struct fiche_error *err)
{
	struct out *out = NULL;
	int r;

	if (!buf_ok(content))
		return err_nomem(err);
	r = outdir_open(f, &out, name, err);
	if (r == 0)
		r = out_put(out, content->ptr, content->len, err);
	if (r == 0)
		r = out_finish(out, err);
	out_free(out);
	return r;
}
