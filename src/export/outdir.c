/* SPDX-License-Identifier: Apache-2.0 */
/* outdir.c - a new folder being filled; see outdir.h. */

#include "export/outdir.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "export/beneath.h"

int outdir_init(struct outdir *f, const char *root, struct fiche_error *err)
{
	*f = (struct outdir){ .fd = -1 };
	if (mkdir(root, 0777) != 0)
		return err_sys(err, errno, "cannot make a folder");
	f->fd = beneath_open(root);
	return f->fd < 0 ? err_sys(err, errno, "cannot open a folder") : 0;
}

void outdir_done(struct outdir *f)
{
	/* 0: it was never begun. */
	if (f->fd > 0)
		(void)close(f->fd);
	f->fd = -1;
}

int outdir_sub(struct outdir *f, const char *name, struct fiche_error *err)
{
	if (beneath_mkdir(f->fd, name) != 0 && errno != EEXIST)
		return err_sys(err, errno, "cannot make a folder");
	return 0;
}

int outdir_open(struct outdir *f, struct out **out, const char *name,
                struct fiche_error *err)
{
	return out_open_in_folder(out, f->fd, name, err);
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
