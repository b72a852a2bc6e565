/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_worker.c - the confined end: a bundle in, frames out.
 *
 * It lives in a process of its own, so it takes what memory it likes and ends
 * by returning.  Whatever goes wrong before the first byte is parsed is said in
 * a frame; later a failure to write ends it, as nobody listens any more.
 */

/* setlocale() with C.UTF-8, prctl(). */
#define _GNU_SOURCE 1

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "base/confine.h"
#include "base/err.h"
#include "ingest/bundle.h"
#include "ingest/bundle_wire.h"

#define BLOCK       ((size_t)64 << 10)
#define MEMORY      ((uint64_t)1 << 30)
#define CPU_LEAST   ((uint64_t)600)       /* seconds, and one for each of */
#define CPU_RATE    ((uint64_t)64 << 10)  /* these bytes of the bundle */
#define CPU_ENDLESS ((uint64_t)48 * 3600) /* if its size is not known */
#define PATIENCE    1000 /* answers in a row that bring nothing */

struct worker {
	const char *kind;
	uint64_t size; /* of the bundle, WIRE_UNKNOWN if it is a pipe */
	struct archive *a;
	uint8_t *block; /* BLOCK bytes of input */
	struct buf frames;
	bool aside; /* a WACZ: only what is in archive/ is content */
	bool gone;  /* nobody reads our frames */
};

/* ---- Out ----------------------------------------------------------- */

static void flush(struct worker *w)
{
	const uint8_t *at = w->frames.ptr;
	size_t left = w->frames.len;

	w->gone |= !buf_ok(&w->frames);
	while (left > 0 && !w->gone) {
		ssize_t n = write(STDOUT_FILENO, at, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			w->gone = true;
			break;
		}
		at += n;
		left -= (size_t)n;
	}
	buf_clear(&w->frames);
}

static void put_data(struct worker *w, const uint8_t *ptr, size_t len)
{
	while (len > 0 && !w->gone) {
		size_t n = len < WIRE_DATA_MAX ? len : WIRE_DATA_MAX;

		wire_put_data(&w->frames, ptr, n);
		if (w->frames.len >= WIRE_DATA_MAX)
			flush(w);
		ptr += n;
		len -= n;
	}
}

static void put_zeros(struct worker *w, uint64_t count)
{
	static const uint8_t zeros[4096];

	while (count > 0 && !w->gone) {
		size_t n =
			count < sizeof(zeros) ? (size_t)count : sizeof(zeros);

		put_data(w, zeros, n);
		count -= n;
	}
}

/* ---- In ------------------------------------------------------------ */

static la_ssize_t in_read(struct archive *a, void *ctx, const void **out)
{
	struct worker *w = ctx;
	ssize_t n;

	/* What is known already may be all there is for a while. */
	flush(w);
	do
		n = read(STDIN_FILENO, w->block, BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		archive_set_error(a, errno, "the bundle cannot be read");
	*out = w->block;
	return n;
}

static la_int64_t in_seek(struct archive *a, void *ctx, la_int64_t to, int from)
{
	off_t at = lseek(STDIN_FILENO, to, from);

	(void)ctx;
	if (at >= 0)
		return at;
	archive_set_error(a, errno, "the bundle has no such place");
	return ARCHIVE_FATAL;
}

/* Never behind the end: what is cut off shall be missed. */
static la_int64_t in_skip(struct archive *a, void *ctx, la_int64_t wanted)
{
	struct worker *w = ctx;
	off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);

	(void)a;
	if (at < 0 || (uint64_t)at >= w->size || wanted <= 0)
		return 0;
	if ((uint64_t)wanted > w->size - (uint64_t)at)
		wanted = (la_int64_t)(w->size - (uint64_t)at);
	return lseek(STDIN_FILENO, wanted, SEEK_CUR) < 0 ? 0 : wanted;
}

static const struct {
	const char *kind;
	int (*enable)(struct archive *a);
} formats[] = {
	{ "tar", archive_read_support_format_tar },
	{ "zip", archive_read_support_format_zip },
	{ "wacz", archive_read_support_format_zip },
	{ "7z", archive_read_support_format_7zip },
	{ "rar", archive_read_support_format_rar },
	{ "rar5", archive_read_support_format_rar5 },
	{ "cpio", archive_read_support_format_cpio },
	{ "iso", archive_read_support_format_iso9660 },
	{ "cab", archive_read_support_format_cab },
	{ "lha", archive_read_support_format_lha },
	{ "ar", archive_read_support_format_ar },
	{ "xar", archive_read_support_format_xar },
};

static int enable(struct worker *w)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (strcmp(formats[i].kind, w->kind) == 0)
			return formats[i].enable(w->a);
	return ARCHIVE_FATAL;
}

/* Begin at the beginning.  False: no memory, or not what it seemed. */
static bool begin(struct worker *w)
{
	w->a = archive_read_new();
	if (w->a == NULL || enable(w) < ARCHIVE_WARN)
		return false;
	/* Archives that were joined, as by cat, are read to the last. */
	if (strcmp(w->kind, "tar") == 0)
		(void)archive_read_set_options(
			w->a, "tar:read_concatenated_archives");
	(void)archive_read_set_read_callback(w->a, in_read);
	(void)archive_read_set_callback_data(w->a, w);
	if (w->size != WIRE_UNKNOWN) {
		(void)lseek(STDIN_FILENO, 0, SEEK_SET);
		(void)archive_read_set_seek_callback(w->a, in_seek);
		(void)archive_read_set_skip_callback(w->a, in_skip);
	}
	return archive_read_open1(w->a) >= ARCHIVE_WARN;
}

static void end(struct worker *w)
{
	if (w->a != NULL)
		(void)archive_read_free(w->a);
	w->a = NULL;
}

static const char *complaint(const struct worker *w)
{
	const char *text =
		w->a != NULL ? archive_error_string(w->a) : "out of memory";

	return text != NULL ? text : "it is damaged";
}

/* ---- Members ------------------------------------------------------- */

static const char *path_of(struct archive_entry *e)
{
	const char *path = archive_entry_pathname_utf8(e);

	if (path == NULL)
		path = archive_entry_pathname(e);
	return path != NULL ? path : "";
}

/* What file managers leave behind. */
static bool is_litter(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base != NULL ? base + 1 : path;
	return strncmp(path, "__MACOSX/", 9) == 0 ||
	       strncmp(base, "._", 2) == 0 || strcmp(base, ".DS_Store") == 0 ||
	       strcmp(base, "Thumbs.db") == 0 ||
	       strcmp(base, "desktop.ini") == 0;
}

static enum wire_what what_of(const struct worker *w, struct archive_entry *e,
                              const char *path)
{
	if (archive_entry_hardlink(e) != NULL ||
	    archive_entry_filetype(e) == AE_IFLNK)
		return WIRE_LINK;
	/* Old formats do not say what it is: then it is a file. */
	if (archive_entry_filetype(e) != AE_IFREG &&
	    archive_entry_filetype(e) != 0)
		return WIRE_SPECIAL;
	if (is_litter(path) || (w->aside && strncmp(path, "archive/", 8) != 0))
		return WIRE_ASIDE;
	return archive_entry_is_data_encrypted(e) ? WIRE_ENCRYPTED : WIRE_FILE;
}

/* Bytes of the bundle that were needed so far. */
static uint64_t position(const struct worker *w)
{
	la_int64_t n = archive_filter_bytes(w->a, -1);

	return n < 0 ? 0 : (uint64_t)n;
}

/* The data of a member up to its END.  Block by block: archive_read_data()
 * would lose what stands before a failure.  Returns libarchive's last word. */
static int put_member(struct worker *w)
{
	enum wire_status status = WIRE_OK;
	struct buf why = { 0 };
	uint64_t at = 0;
	unsigned idle = 0;
	int r = ARCHIVE_OK;

	while (!w->gone && idle < PATIENCE) {
		const void *ptr = NULL;
		size_t len = 0;
		la_int64_t offset = 0;

		r = archive_read_data_block(w->a, &ptr, &len, &offset);
		if (r < ARCHIVE_OK && r != ARCHIVE_RETRY) {
			/* A warning is that a checksum is wrong. */
			status = WIRE_DAMAGED;
			buf_clear(&why);
			buf_text(&why, complaint(w));
		}
		if (r == ARCHIVE_EOF || r < ARCHIVE_WARN)
			break;
		idle = len > 0 ? 0 : idle + 1;
		if (r == ARCHIVE_RETRY)
			continue;
		if (offset > 0 && (uint64_t)offset > at) {
			put_zeros(w, (uint64_t)offset - at);
			at = (uint64_t)offset;
		}
		put_data(w, ptr, len);
		at += len;
	}
	buf_u8(&why, '\0');
	wire_put_end(&w->frames, status, position(w),
	             buf_ok(&why) ? (const char *)why.ptr : "");
	buf_done(&why);
	return r;
}

static int put_entry(struct worker *w, struct archive_entry *e)
{
	const char *path = path_of(e);
	enum wire_what what;
	uint64_t size = WIRE_UNKNOWN;

	if (archive_entry_filetype(e) == AE_IFDIR)
		return ARCHIVE_OK;
	what = what_of(w, e, path);
	if (archive_entry_size_is_set(e) && archive_entry_size(e) >= 0)
		size = (uint64_t)archive_entry_size(e);
	wire_put_member(&w->frames, what, size, path, strlen(path));
	return what == WIRE_FILE ? put_member(w) : ARCHIVE_OK;
}

static void put_members(struct worker *w)
{
	struct archive_entry *e;
	unsigned idle = 0;
	int r = ARCHIVE_OK;

	while (!w->gone && idle < PATIENCE) {
		r = archive_read_next_header(w->a, &e);
		if (r == ARCHIVE_EOF || r == ARCHIVE_FATAL)
			break;
		idle = r < ARCHIVE_WARN ? idle + 1 : 0;
		if (r < ARCHIVE_WARN)
			continue;
		r = put_entry(w, e);
		if (r == ARCHIVE_FATAL)
			break;
	}
	if (r == ARCHIVE_EOF)
		wire_put_done(&w->frames, WIRE_OK, "");
	else
		wire_put_done(&w->frames, WIRE_DAMAGED, complaint(w));
}

/* A look at all names: is it a WACZ? */
static bool is_wacz(struct worker *w)
{
	bool manifest = false, content = false;
	struct archive_entry *e;
	int r;

	if (strcmp(w->kind, "wacz") != 0 || w->size == WIRE_UNKNOWN)
		return false;
	if (begin(w))
		while ((r = archive_read_next_header(w->a, &e)) == ARCHIVE_OK ||
		       r == ARCHIVE_WARN) {
			const char *path = path_of(e);

			manifest |= strcmp(path, "datapackage.json") == 0;
			content |= strncmp(path, "archive/", 8) == 0;
			if (manifest && content)
				break;
		}
	end(w);
	return manifest && content;
}

static void work(struct worker *w)
{
	if (is_wacz(w)) {
		wire_put_note(&w->frames,
		              "is a WACZ: the web archives in it are read");
		w->aside = true;
	}
	if (begin(w))
		put_members(w);
	else
		wire_put_done(&w->frames, WIRE_UNREADABLE, complaint(w));
	flush(w);
	end(w);
}

/* ---- The process --------------------------------------------------- */

static int confine(const struct worker *w, struct buf *frames)
{
	struct confine c = { .memory = MEMORY, .close_from = 3 };
	struct fiche_error err;
	unsigned missing;
	const char *lacks;

	c.cpu_seconds = w->size == WIRE_UNKNOWN
	                        ? CPU_ENDLESS
	                        : CPU_LEAST + w->size / CPU_RATE;
	if (confine_self(&c, &missing, &err) < 0) {
		wire_put_done(frames, WIRE_UNREADABLE, err.text);
		return -1;
	}
	lacks = confine_lacks(missing);
	if (lacks != NULL)
		wire_put_note(frames, lacks);
	return 0;
}

int bundle_work(const char *kind)
{
	struct worker w = { .kind = kind, .size = WIRE_UNKNOWN };
	struct stat st;

	/* Ctrl-C is for the one who started us; without him we end. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	/* libarchive converts names to the encoding of the locale. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
		w.size = (uint64_t)st.st_size;
	w.block = alloc_bytes(BLOCK);
	if (w.block == NULL)
		return 1;
	if (confine(&w, &w.frames) == 0)
		work(&w);
	flush(&w);
	alloc_free(w.block);
	buf_done(&w.frames);
	return w.gone ? 1 : 0;
}
