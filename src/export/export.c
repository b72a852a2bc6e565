/* SPDX-License-Identifier: Apache-2.0 */
/* export.c - the way out: articles read one by one, given to a format. */

#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "export/format.h"
#include "export/partition.h"
#include "export/target.h"
#include "fiche/export.h"

#define HOLD_ONE ((size_t)64 << 20)

static const struct export_format *const formats[] = {
	&export_jsonl, &export_csv,   &export_tsv,    &export_warc,
	&export_html,  &export_bagit, &export_sqlite, &export_parquet,
	&export_tar,   &export_zip,   &export_bibtex, &export_ris,
};
#define FORMAT_COUNT (sizeof(formats) / sizeof(*formats))

struct exporting {
	struct fiche_reader *reader;
	struct fiche_view *view;
	const struct export_format *format;
	struct fiche_export_options opt; /* with time and compression known */
	struct fiche_export_stats *stats;
	struct target target;
	struct partition *partition; /* NULL: one target */
	struct buf record;
};

const struct fiche_export_format *fiche_export_format(size_t i)
{
	return i < FORMAT_COUNT ? &formats[i]->about : NULL;
}

/* ---- what was asked for -------------------------------------------- */

static int find_format(struct exporting *x, struct fiche_error *err)
{
	const char *name = x->opt.format;

	for (size_t i = 0; i < FORMAT_COUNT && name; i++)
		if (strcmp(formats[i]->about.name, name) == 0) {
			x->format = formats[i];
			return 0;
		}
	return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
	               "there is no format '%s'", name ? name : "");
}

static int check_compress(struct exporting *x, struct fiche_error *err)
{
	if (x->format->wants_path && x->opt.compress > FICHE_COMPRESS_NONE)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "%s cannot be compressed",
		               x->format->about.name);
	/* The ending of a folder's name says nothing. */
	if (x->opt.compress == FICHE_COMPRESS_AUTO &&
	    (x->opt.partition_count > 0 || x->format->wants_path))
		x->opt.compress = FICHE_COMPRESS_NONE;
	return 0;
}

static int check_options(struct exporting *x, struct fiche_error *err)
{
	struct fiche_export_options *opt = &x->opt;
	int r = find_format(x, err);

	if (r < 0)
		return r;
	if (opt->path && (!opt->path[0] || strcmp(opt->path, "-") == 0))
		opt->path = NULL;
	if (opt->field_count > 0 && !x->format->takes_fields)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "%s has its own fields: none can be chosen",
		               opt->format);
	if (!opt->path && opt->partition_count > 0)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "files for each value need a folder to be in");
	if (!opt->path && x->format->wants_path)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "%s is no stream: it needs a path", opt->format);
	if (!opt->has_time) {
		opt->time = (int64_t)time(NULL);
		opt->has_time = true;
	}
	return check_compress(x, err);
}

/* "out/" is the folder "out". */
static char *without_slash(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return alloc_strndup(path, len);
}

/* ---- doing it ------------------------------------------------------ */

static int open_targets(struct exporting *x, struct fiche_error *err)
{
	if (x->opt.partition_count > 0)
		return partition_new(&x->partition, x->format, &x->opt,
		                     x->stats, err);
	return target_open(&x->target, x->format, x->opt.path, HOLD_ONE,
	                   &x->opt, err);
}

/* Everything of one article; the record first, as a view holds one thing. */
static int read_one(struct exporting *x, uint64_t number,
                    struct fiche_article *article, struct export_article *out,
                    struct fiche_error *err)
{
	struct fiche_text record = { 0 };
	int r = 0;

	buf_clear(&x->record);
	*out = (struct export_article){ .article = article };
	if (!x->format->no_record || x->opt.raw) {
		r = fiche_view_record(x->view, number, &record, err);
		if (r < 0)
			return r;
		buf_put(&x->record, record.ptr, record.len);
		if (!buf_ok(&x->record))
			return err_nomem(err);
	}
	out->record.ptr = x->record.ptr ? (const char *)x->record.ptr : "";
	out->record.len = x->record.len;
	r = fiche_view_article(x->view, number, article, err);
	if (r == 0 && !x->format->no_json)
		r = fiche_view_json(x->view, article, true, &out->json, err);
	return r;
}

static int add_one(struct exporting *x, uint64_t number,
                   struct fiche_error *err)
{
	struct fiche_error why = { .offset = FICHE_NOWHERE };
	struct fiche_article article;
	struct export_article a;
	int r = read_one(x, number, &article, &a, &why);

	if (r == FICHE_ERR_REDACTED || (r == 0 && article.redacted)) {
		x->stats->redacted++;
		return 0;
	}
	if (r < 0 && x->opt.keep_going && r != FICHE_ERR_NOMEM) {
		x->stats->damaged++;
		if (x->opt.message)
			x->opt.message(x->opt.ctx, number, &why);
		return 0;
	}
	if (r < 0) {
		x->stats->reading_failed = true;
		return err_copy(err, &why);
	}
	if (x->partition)
		r = partition_add(x->partition, &a, err);
	else
		r = target_add(&x->target, &a, err);
	x->stats->articles += r == 0;
	return r;
}

static int add_all(struct exporting *x, const struct fiche_results *which,
                   struct fiche_error *err)
{
	uint64_t all = fiche_results_count(which);
	uint64_t count =
		x->opt.limit > 0 && x->opt.limit < all ? x->opt.limit : all;
	int r = 0;

	for (uint64_t i = 0; i < count && r == 0; i++) {
		uint64_t at = x->opt.reverse ? all - 1 - i : i;

		if (x->opt.stop && x->opt.stop(x->opt.ctx))
			break;
		r = add_one(x, fiche_results_number(which, at), err);
		if (x->opt.progress)
			x->opt.progress(x->opt.ctx, i + 1, count);
	}
	return r;
}

static int close_targets(struct exporting *x, struct fiche_error *err)
{
	if (x->partition)
		return partition_finish(x->partition, err);
	return target_close(&x->target, &x->opt, x->stats, err);
}

int fiche_export(struct fiche_reader *r, const struct fiche_results *which,
                 const struct fiche_export_options *opt,
                 struct fiche_export_stats *stats, struct fiche_error *err)
{
	struct fiche_export_stats unused;
	struct exporting x = { .reader = r, .opt = *opt };
	char *path = NULL;
	bool to_path;
	int status;

	x.stats = stats ? stats : &unused;
	*x.stats = (struct fiche_export_stats){ 0 };
	status = check_options(&x, err);
	if (status < 0)
		return status;
	to_path = x.opt.path != NULL;
	if (to_path) {
		path = without_slash(x.opt.path);
		x.opt.path = path;
	}
	x.view = fiche_view_new(r);
	if (!x.view || (to_path && !path))
		status = err_nomem(err);
	if (status == 0)
		status = open_targets(&x, err);
	if (status == 0)
		status = add_all(&x, which, err);
	if (status == 0)
		status = close_targets(&x, err);
	if (x.target.format)
		target_done(&x.target);
	partition_free(x.partition);
	fiche_view_free(x.view);
	buf_done(&x.record);
	alloc_free(path);
	return status;
}
