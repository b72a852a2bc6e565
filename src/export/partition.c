/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partition.c - a folder for each value; see partition.h.
 *
 * Only so many files are open at once.  Where another is needed, the one that
 * was used longest ago is finished; its folder goes on with the next number.
 */

/* tdestroy() is not POSIX. */
#define _GNU_SOURCE 1

#include "export/partition.h"

#include <errno.h>
#include <search.h>
#include <string.h>
#include <sys/stat.h>

#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "export/squeeze.h"
#include "export/target.h"

#define OPEN_MOST 64
#define HOLD_ALL  ((size_t)256 << 20) /* memory for all of them */
#define VALUE_MAX 160                 /* bytes of a component, of 255 */
#define NONE      "__none__"

enum part_of { BY_SOURCE, BY_LANGUAGE, BY_SECTION, BY_YEAR, BY_MONTH, BY_DAY };

static const char *const part_names[] = { "source", "language", "section",
	                                  "year",   "month",    "day" };
#define PART_COUNT (sizeof(part_names) / sizeof(*part_names))

struct part {
	char *folder; /* below the root */
	unsigned number;
	bool open;
	struct target target;
	struct part *newer, *older; /* of the open ones */
};

struct partition {
	const struct export_format *format;
	const struct fiche_export_options *opt;
	struct fiche_export_stats *stats;
	enum part_of by[PART_COUNT];
	void *tree; /* of struct part, by folder; tsearch(3) */
	struct part *newest, *oldest;
	size_t open_count, open_most;
	struct buf folder, path; /* scratch */
};

static int make_folder(const char *path, struct fiche_error *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, errno, "cannot make a folder");
}

/* One that articles name.  What leads elsewhere is not ours. */
static int make_part_folder(const char *path, struct fiche_error *err)
{
	struct stat st;
	int r = make_folder(path, err);

	if (r == 0 && lstat(path, &st) != 0)
		r = err_sys(err, errno, "cannot look at a folder");
	if (r == 0 && !S_ISDIR(st.st_mode))
		r = err_set(err, FICHE_ERR_EXISTS, FICHE_NOWHERE,
		            "already exists, and is no folder: %s", path);
	return r;
}

static int find_name(enum part_of *out, const char *name,
                     struct fiche_error *err)
{
	for (size_t i = 0; i < PART_COUNT; i++)
		if (strcmp(part_names[i], name) == 0) {
			*out = (enum part_of)i;
			return 0;
		}
	return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
	               "files cannot be parted by '%s'; by source, language, "
	               "section, year, month and day they can",
	               name);
}

static int read_names(struct partition *p, struct fiche_error *err)
{
	const struct fiche_export_options *opt = p->opt;

	if (opt->partition_count > PART_COUNT)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "too many names to part files by");
	for (size_t i = 0; i < opt->partition_count; i++) {
		int r = find_name(&p->by[i], opt->partition[i], err);

		if (r < 0)
			return r;
		for (size_t k = 0; k < i; k++)
			if (p->by[k] == p->by[i])
				return err_set(err, FICHE_ERR_ARG,
				               FICHE_NOWHERE,
				               "'%s' is given twice",
				               opt->partition[i]);
	}
	return 0;
}

int partition_new(struct partition **out, const struct export_format *format,
                  const struct fiche_export_options *opt,
                  struct fiche_export_stats *stats, struct fiche_error *err)
{
	struct partition *p = alloc_zeroed(1, sizeof(*p));
	size_t each = squeeze_memory(opt->compress);
	int r;

	if (!p)
		return err_nomem(err);
	p->format = format;
	p->opt = opt;
	p->stats = stats;
	p->open_most = OPEN_MOST;
	while (p->open_most > 4 && each * p->open_most > HOLD_ALL)
		p->open_most /= 2;
	r = read_names(p, err);
	if (r == 0)
		r = make_folder(opt->path, err);
	if (r < 0) {
		partition_free(p);
		return r;
	}
	*out = p;
	return 0;
}

/* ---- names --------------------------------------------------------- */

/* What is left as it is; of higher bytes only those of whole characters get
 * here, as the texts of articles are UTF-8. */
static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
	       c > 0xc2;
}

/* Line ends of Unicode, and what turns the direction of the text around it, as
 * a name is shown: U+2028 to 202E and U+2066 to 2069. */
static bool is_trick(const char *c, size_t len)
{
	const uint8_t *b = (const uint8_t *)c;

	return len == 3 && b[0] == 0xe2 &&
	       ((b[1] == 0x80 && b[2] >= 0xa8 && b[2] <= 0xae) ||
	        (b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9));
}

static void put_escaped(struct buf *out, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(out, "%%%02X", (unsigned)(uint8_t)bytes[i]);
}

void partition_escape(struct buf *out, const char *text, size_t len)
{
	size_t begin = out->len;
	uint8_t digest[SHA256_SIZE];

	for (size_t i = 0; i < len && out->len - begin < VALUE_MAX;) {
		uint8_t c = (uint8_t)text[i];
		size_t n = 1;

		while (c > 0xc2 && i + n < len &&
		       ((uint8_t)text[i + n] & 0xc0) == 0x80)
			n++;
		if (is_plain(c) && !is_trick(text + i, n))
			buf_put(out, text + i, n);
		else
			put_escaped(out, text + i, n);
		i += n;
	}
	if (out->len - begin < VALUE_MAX)
		return;
	/* Cut; what tells it from others that begin alike. */
	if (sha256_of(digest, text, len) < 0)
		out->failed = true;
	else
		buf_printf(out, "-%02x%02x%02x%02x%02x%02x", digest[0],
		           digest[1], digest[2], digest[3], digest[4],
		           digest[5]);
}

static void put_text(struct buf *out, const struct fiche_text *t)
{
	if (t->len == 0)
		buf_text(out, NONE);
	else if (t->len == strlen(NONE) && memcmp(t->ptr, NONE, t->len) == 0)
		buf_text(out, "%5F"
		              "_none__");
	else
		partition_escape(out, t->ptr, t->len);
}

static void put_date(struct buf *out, const struct fiche_date *d,
                     enum fiche_precision precision)
{
	struct fiche_date cut;

	if (d->precision < precision) {
		buf_text(out, NONE);
		return;
	}
	cut = *d;
	cut.precision = precision;
	date_format(out, &cut);
}

static void put_value(struct buf *out, enum part_of by,
                      const struct fiche_article *a)
{
	switch (by) {
	case BY_SOURCE:
		put_text(out, &a->source);
		break;
	case BY_LANGUAGE:
		put_text(out, &a->language);
		break;
	case BY_SECTION:
		put_text(out, &a->section);
		break;
	case BY_YEAR:
		put_date(out, &a->published, FICHE_DATE_YEAR);
		break;
	case BY_MONTH:
		put_date(out, &a->published, FICHE_DATE_MONTH);
		break;
	case BY_DAY:
		put_date(out, &a->published, FICHE_DATE_DAY);
		break;
	}
}

static int name_folder(struct partition *p, const struct fiche_article *a,
                       struct fiche_error *err)
{
	buf_clear(&p->folder);
	for (size_t i = 0; i < p->opt->partition_count; i++) {
		if (i > 0)
			buf_u8(&p->folder, '/');
		buf_text(&p->folder, part_names[p->by[i]]);
		buf_u8(&p->folder, '=');
		put_value(&p->folder, p->by[i], a);
	}
	buf_u8(&p->folder, 0);
	return buf_ok(&p->folder) ? 0 : err_nomem(err);
}

/* ---- files --------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return strcmp(x->folder, y->folder);
}

static void unlink_part(struct partition *p, struct part *part)
{
	if (part->newer)
		part->newer->older = part->older;
	else
		p->newest = part->older;
	if (part->older)
		part->older->newer = part->newer;
	else
		p->oldest = part->newer;
	part->newer = NULL;
	part->older = NULL;
}

static void link_newest(struct partition *p, struct part *part)
{
	part->older = p->newest;
	if (p->newest)
		p->newest->newer = part;
	else
		p->oldest = part;
	p->newest = part;
}

static int close_part(struct partition *p, struct part *part,
                      struct fiche_error *err)
{
	unlink_part(p, part);
	part->open = false;
	part->number++;
	p->open_count--;
	return target_close(&part->target, p->opt, p->stats, err);
}

/* Make the folders of p->folder below the root, one after the other. */
static int make_folders(struct partition *p, struct fiche_error *err)
{
	const char *at = (const char *)p->folder.ptr;
	int r = 0;

	while (at && r == 0) {
		at = strchr(at, '/');
		buf_clear(&p->path);
		buf_text(&p->path, p->opt->path);
		buf_u8(&p->path, '/');
		buf_put(&p->path, p->folder.ptr,
		        at ? (size_t)(at - (const char *)p->folder.ptr)
		           : p->folder.len - 1);
		buf_u8(&p->path, 0);
		r = buf_ok(&p->path)
		            ? make_part_folder((const char *)p->path.ptr, err)
		            : err_nomem(err);
		at = at ? at + 1 : NULL;
	}
	return r;
}

static const char *ending_of(enum fiche_export_compress c)
{
	return c == FICHE_COMPRESS_GZIP   ? ".gz"
	       : c == FICHE_COMPRESS_ZSTD ? ".zst"
	       : c == FICHE_COMPRESS_XZ   ? ".xz"
	                                  : "";
}

static int open_part(struct partition *p, struct part *part,
                     struct fiche_error *err)
{
	int r = make_folders(p, err);

	if (r < 0)
		return r;
	if (p->open_count == p->open_most)
		r = close_part(p, p->oldest, err);
	buf_clear(&p->path);
	buf_printf(&p->path, "%s/%s/part-%u%s%s", p->opt->path, part->folder,
	           part->number, p->format->about.ending,
	           ending_of(p->opt->compress));
	buf_u8(&p->path, 0);
	if (r == 0 && !buf_ok(&p->path))
		r = err_nomem(err);
	if (r == 0)
		r = target_open(&part->target, p->format,
		                (const char *)p->path.ptr,
		                HOLD_ALL / p->open_most, p->opt, err);
	if (r == FICHE_ERR_EXISTS)
		return err_set(err, r, FICHE_NOWHERE,
		               "%.140s/part-%u already exists", part->folder,
		               part->number);
	if (r < 0)
		return r;
	part->open = true;
	p->open_count++;
	link_newest(p, part);
	return 0;
}

/* The part of p->folder; made if it is new. */
static struct part *find_part(struct partition *p)
{
	struct part key = { .folder = (char *)p->folder.ptr };
	struct part *part;
	void *found = tfind(&key, &p->tree, compare);

	if (found)
		return *(struct part **)found;
	part = alloc_zeroed(1, sizeof(*part));
	if (!part)
		return NULL;
	part->folder = alloc_strndup(key.folder, p->folder.len - 1);
	if (part->folder && tsearch(part, &p->tree, compare))
		return part;
	alloc_free(part->folder);
	alloc_free(part);
	return NULL;
}

int partition_add(struct partition *p, const struct export_article *a,
                  struct fiche_error *err)
{
	struct part *part;
	int r = name_folder(p, a->article, err);

	if (r < 0)
		return r;
	part = find_part(p);
	if (!part)
		return err_nomem(err);
	if (!part->open) {
		r = open_part(p, part, err);
		if (r < 0)
			return r;
	} else if (part != p->newest) {
		unlink_part(p, part);
		link_newest(p, part);
	}
	return target_add(&part->target, a, err);
}

int partition_finish(struct partition *p, struct fiche_error *err)
{
	int r = 0;

	while (p->oldest && r == 0)
		r = close_part(p, p->oldest, err);
	return r;
}

static void free_part(void *at)
{
	struct part *part = at;

	if (part->open)
		target_done(&part->target);
	alloc_free(part->folder);
	alloc_free(part);
}

void partition_free(struct partition *p)
{
	if (!p)
		return;
	tdestroy(p->tree, free_part);
	buf_done(&p->folder);
	buf_done(&p->path);
	alloc_free(p);
}
