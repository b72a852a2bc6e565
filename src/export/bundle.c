/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.c - each article as a file of a tar or zip: its record as it came in,
 * and beside what is no JSON, NAME.meta.json with what is known about it.
 *
 * The same articles give the same bytes: no user, no clock, no zone.
 */

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "export/bundle_name.h"
#include "export/format.h"
#include "export/kind.h"
#include "export/zip.h"

struct export_writer {
	struct out *out;
	struct zip *zip;         /* or: */
	struct archive *archive; /* tar */
	struct archive_entry *entry;
	struct bundle_ids ids;
	struct buf name, meta;
	bool over;  /* nothing is to be written any more */
	int status; /* of the stream */
	struct fiche_error why;
};

static void bundle_free(struct export_writer *w)
{
	if (!w)
		return;
	archive_entry_free(w->entry);
	/* This writes the end, for which it is too late. */
	w->over = true;
	(void)archive_write_free(w->archive);
	zip_free(w->zip);
	bundle_ids_done(&w->ids);
	buf_done(&w->name);
	buf_done(&w->meta);
	alloc_free(w);
}

/* What the stream said is better than what libarchive makes of it. */
static int failed(struct export_writer *w, struct fiche_error *err)
{
	const char *text = archive_error_string(w->archive);

	if (w->status < 0)
		return err_copy(err, &w->why);
	if (archive_errno(w->archive) == ENOMEM)
		return err_nomem(err);
	return err_set(err, FICHE_ERR_IO, FICHE_NOWHERE, "cannot write: %s",
	               text ? text : "unknown failure");
}

/* Never fails: with an archive that did, libarchive loses memory. */
static la_ssize_t put(struct archive *a, void *ctx, const void *bytes,
                      size_t len)
{
	struct export_writer *w = ctx;

	(void)a;
	if (!w->over && w->status == 0)
		w->status = out_put(w->out, bytes, len, &w->why);
	return (la_ssize_t)len;
}

static int open_tar(struct export_writer *w, struct fiche_error *err)
{
	struct archive *a = archive_write_new();

	w->archive = a;
	w->entry = archive_entry_new();
	if (!a || !w->entry)
		return err_nomem(err);
	/* What no ustar header can say is said in pax headers. */
	if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
	    archive_write_open(a, w, NULL, put, NULL) != ARCHIVE_OK)
		return failed(w, err);
	return 0;
}

static int begin(struct export_writer **out, const struct export_target *to,
                 bool zip, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	r = zip ? zip_new(&w->zip, to->out, err) : open_tar(w, err);
	if (r < 0) {
		bundle_free(w);
		return r;
	}
	*out = w;
	return 0;
}

static int tar_begin(struct export_writer **out, const struct export_target *to,
                     struct fiche_error *err)
{
	return begin(out, to, false, err);
}

static int zip_begin(struct export_writer **out, const struct export_target *to,
                     struct fiche_error *err)
{
	return begin(out, to, true, err);
}

static int put_file(struct export_writer *w, const struct fiche_article *a,
                    const void *bytes, size_t len, struct fiche_error *err)
{
	const char *name = (const char *)w->name.ptr;
	bool dated = a->published.precision != FICHE_DATE_NONE;
	int64_t mtime = dated ? a->published.begin : 0;
	struct archive_entry *e = w->entry;

	if (w->zip)
		return zip_put(w->zip, name, mtime, bytes, len, err);
	archive_entry_clear(e);
	archive_entry_set_pathname(e, name);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_size(e, (la_int64_t)len);
	archive_entry_set_mtime(e, (time_t)mtime, 0);
	if (archive_write_header(w->archive, e) != ARCHIVE_OK ||
	    archive_write_data(w->archive, bytes, len) != (la_ssize_t)len ||
	    archive_write_finish_entry(w->archive) != ARCHIVE_OK ||
	    w->status < 0)
		return failed(w, err);
	return 0;
}

/* Put the ending behind the first `len` bytes of the name. */
static int end_name(struct export_writer *w, size_t len, const char *ending,
                    struct fiche_error *err)
{
	w->name.len = len;
	buf_text(&w->name, ending);
	buf_u8(&w->name, 0);
	return buf_ok(&w->name) ? 0 : err_nomem(err);
}

static int put_meta(struct export_writer *w, const struct fiche_article *a,
                    struct fiche_error *err)
{
	int r = end_name(w, w->name.len - 1, ".meta.json", err);

	buf_clear(&w->meta);
	fields_to_json(&w->meta, a, false);
	buf_text(&w->meta, "\n");
	if (r == 0 && !buf_ok(&w->meta))
		r = err_nomem(err);
	if (r == 0)
		r = put_file(w, a, w->meta.ptr, w->meta.len, err);
	return r;
}

static int bundle_add(struct export_writer *w, const struct export_article *x,
                      struct fiche_error *err)
{
	const struct fiche_article *a = x->article;
	int r;

	buf_clear(&w->name);
	r = bundle_name(&w->name, &w->ids, a, err);
	if (r == 0)
		r = end_name(w, w->name.len, kind_ending(&a->media_type), err);
	if (r == 0)
		r = put_file(w, a, x->record.ptr, x->record.len, err);
	if (r == 0 && !kind_is_json(a))
		r = put_meta(w, a, err);
	return r;
}

static int bundle_finish(struct export_writer *w, struct fiche_error *err)
{
	if (w->zip)
		return zip_finish(w->zip, err);
	if (archive_write_close(w->archive) != ARCHIVE_OK || w->status < 0)
		return failed(w, err);
	return 0;
}

const struct export_format export_tar = {
	.about = { "tar", "each article as a file, of its day and source",
	           ".tar", false, true },
	.no_json = true,
	.begin = tar_begin,
	.add = bundle_add,
	.finish = bundle_finish,
	.free = bundle_free,
};

const struct export_format export_zip = {
	.about = { "zip", "each article as a file, of its day and source",
	           ".zip", false, true },
	.no_json = true,
	.begin = zip_begin,
	.add = bundle_add,
	.finish = bundle_finish,
	.free = bundle_free,
};
