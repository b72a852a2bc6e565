/* SPDX-License-Identifier: Apache-2.0 */
/* walk.c - a stack of folders, each with its names sorted. */
#include "ingest/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct folder {
	struct arena names;
	char **list; /* sorted */
	size_t count, cap, next;
	size_t path_len; /* of the folder, in walk.path */
};

struct walk {
	struct buf path; /* with a NUL behind its text */
	size_t label_at;
	bool started;
	struct folder *stack;
	size_t depth, cap;
};

static int by_bytes(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static void folder_done(struct folder *f)
{
	arena_done(&f->names);
	alloc_free(f->list);
}

static int set_path(struct walk *w, size_t len, const char *name)
{
	w->path.len = len;
	if (name != NULL) {
		if (len > 0 && w->path.ptr[len - 1] != '/')
			buf_u8(&w->path, '/');
		buf_text(&w->path, name);
	}
	buf_u8(&w->path, '\0');
	return buf_ok(&w->path) ? 0 : FICHE_ERR_NOMEM;
}

static const char *path_text(const struct walk *w)
{
	return (const char *)w->path.ptr;
}

/* 0, FICHE_ERR_NOMEM, or FICHE_ERR_IO with errno set. */
static int read_names(struct folder *f, DIR *dir)
{
	struct dirent *e;

	while (errno = 0, (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (alloc_grow(&f->list, &f->cap, f->count + 1,
		               sizeof(*f->list)) < 0)
			return FICHE_ERR_NOMEM;
		f->list[f->count] =
			arena_strndup(&f->names, e->d_name, strlen(e->d_name));
		if (f->list[f->count] == NULL)
			return FICHE_ERR_NOMEM;
		f->count++;
	}
	if (errno != 0)
		return FICHE_ERR_IO;
	if (f->count > 0)
		qsort(f->list, f->count, sizeof(*f->list), by_bytes);
	return 0;
}

/* Put the folder w->path on the stack; results as read_names(). */
static int push(struct walk *w)
{
	struct folder f = { .path_len = w->path.len - 1 };
	DIR *dir;
	int r, e;

	if (alloc_grow(&w->stack, &w->cap, w->depth + 1, sizeof(*w->stack)) < 0)
		return FICHE_ERR_NOMEM;
	dir = opendir(path_text(w));
	if (dir == NULL)
		return FICHE_ERR_IO;
	r = read_names(&f, dir);
	e = errno;
	(void)closedir(dir);
	errno = e;
	if (r < 0) {
		folder_done(&f);
		return r;
	}
	w->stack[w->depth++] = f;
	return 0;
}

FICHE_PRINTF(3, 4)
static int answer(struct walk_entry *out, enum walk_kind kind, const char *fmt,
                  ...)
{
	va_list args;

	out->kind = kind;
	va_start(args, fmt);
	(void)vsnprintf(out->why, sizeof(out->why), fmt, args);
	va_end(args);
	return 0;
}

static int failed(struct walk_entry *out, int e)
{
	struct fiche_error text;

	/* For strerror without its static buffer. */
	(void)err_sys(&text, e, "cannot be read");
	return answer(out, WALK_FAILED, "%s", text.text);
}

/* What is neither file nor folder. */
static int odd(struct walk_entry *out, mode_t mode)
{
	if (S_ISFIFO(mode))
		return answer(out, WALK_FAILED,
		              "a pipe inside a folder is not read");
	if (S_ISSOCK(mode))
		return answer(out, WALK_FAILED, "is a socket");
	return answer(out, WALK_FAILED, "is a device");
}

/* Look at w->path.  Returns 0 with *out filled, FICHE_END if it was a folder
 * that is now on the stack, or FICHE_ERR_NOMEM. */
static int visit(struct walk *w, bool top, struct walk_entry *out,
                 struct fiche_error *err)
{
	const char *path = path_text(w);
	struct stat st;
	bool link;
	int r;

	out->path = path;
	out->label = path + w->label_at;
	out->size = 0;
	out->why[0] = '\0';
	if (lstat(path, &st) != 0)
		return failed(out, errno);
	link = S_ISLNK(st.st_mode);
	if (link && stat(path, &st) != 0) {
		if (errno == ENOENT || errno == ELOOP)
			return answer(out, WALK_FAILED,
			              "is a link that leads nowhere");
		return failed(out, errno);
	}
	if (S_ISREG(st.st_mode)) {
		out->size = (uint64_t)st.st_size;
		return answer(out, WALK_FILE, "%s", "");
	}
	if (S_ISFIFO(st.st_mode) && top)
		return answer(out, WALK_PIPE, "%s", "");
	if (!S_ISDIR(st.st_mode))
		return odd(out, st.st_mode);
	if (link && !top)
		return answer(out, WALK_SKIPPED,
		              "is a link to a folder and was not followed");
	r = push(w);
	if (r == FICHE_ERR_NOMEM)
		return err_nomem(err);
	return r < 0 ? failed(out, errno) : FICHE_END;
}

/* Where the label of things inside the folder w->path begins: at its base name,
 * or behind it if that says nothing. */
static size_t label_start(struct walk *w)
{
	size_t len = w->path.len - 1, at;
	const char *path = path_text(w), *base;

	while (len > 1 && path[len - 1] == '/')
		len--;
	(void)set_path(w, len, NULL); /* shorter: cannot fail */
	for (at = len; at > 0 && path[at - 1] != '/'; at--)
		;
	base = path + at;
	if (strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return len + 1;
	return at; /* of "/": behind it */
}

int walk_new(struct walk **out, const char *path, struct fiche_error *err)
{
	struct walk *w = alloc_zeroed(1, sizeof(*w));

	*out = NULL;
	if (w == NULL)
		return err_nomem(err);
	buf_text(&w->path, path);
	if (set_path(w, w->path.len, NULL) < 0) {
		walk_free(w);
		return err_nomem(err);
	}
	*out = w;
	return 0;
}

void walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	while (w->depth > 0)
		folder_done(&w->stack[--w->depth]);
	alloc_free(w->stack);
	buf_done(&w->path);
	alloc_free(w);
}

int walk_next(struct walk *w, struct walk_entry *out, struct fiche_error *err)
{
	int r;

	if (!w->started) {
		w->started = true;
		r = visit(w, true, out, err);
		if (r != FICHE_END)
			return r;
		w->label_at = label_start(w);
		w->stack[0].path_len = w->path.len - 1;
	}
	while (w->depth > 0) {
		struct folder *f = &w->stack[w->depth - 1];

		if (f->next == f->count) {
			folder_done(f);
			w->depth--;
			continue;
		}
		if (set_path(w, f->path_len, f->list[f->next++]) < 0)
			return err_nomem(err);
		r = visit(w, false, out, err);
		if (r != FICHE_END)
			return r;
	}
	return FICHE_END;
}
