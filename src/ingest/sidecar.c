/* SPDX-License-Identifier: Apache-2.0 */
/* sidecar.c - see sidecar.h. */
#include "ingest/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "article/fields.h"
#include "base/buf.h"
#include "base/err.h"

#define ENDING      ".meta.json"
#define SIDECAR_MAX ((size_t)1 << 20)

bool sidecar_is(const char *path)
{
	const size_t end = sizeof(ENDING) - 1;
	size_t len = strlen(path);
	struct buf name = { 0 };
	struct stat st;
	bool there;

	if (len <= end || strcmp(path + len - end, ENDING) != 0)
		return false;
	buf_put(&name, path, len - end);
	buf_u8(&name, '\0');
	there = buf_ok(&name) && stat((char *)name.ptr, &st) == 0 &&
	        S_ISREG(st.st_mode);
	buf_done(&name);
	return there;
}

/* Returns 0, FICHE_END if there is none, or FICHE_ERR_IO. */
static int read_all(struct buf *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	ssize_t n = 1;

	if (fd < 0)
		return errno == ENOENT ? FICHE_END : FICHE_ERR_IO;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		n = -1;
	while (n > 0 && out->len <= SIDECAR_MAX && buf_reserve(out, 65536)) {
		n = read(fd, out->ptr + out->len, 65536);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			out->len += (size_t)n;
	}
	(void)close(fd);
	return n == 0 ? 0 : FICHE_ERR_IO;
}

static void set_all(struct facts *f, const struct fiche_article *a)
{
	facts_take(f, a);
	if (a->text.len == 0)
		return;
	f->text.ptr = arena_strndup(f->arena, a->text.ptr, a->text.len);
	f->text.len = a->text.len;
	f->has_text = f->text.ptr != NULL;
	f->failed |= !f->has_text;
}

int sidecar_read(struct facts *f, const struct input *i,
                 struct fiche_error *err)
{
	struct buf path = { 0 }, json = { 0 };
	struct fiche_article a = { 0 };
	struct fiche_error why;
	size_t piece;
	int r;

	if (i->path == NULL)
		return 0;
	buf_printf(&path, "%s" ENDING, i->path);
	buf_u8(&path, '\0');
	if (!buf_ok(&path))
		return err_nomem(err);
	r = read_all(&json, (char *)path.ptr);
	if (r < 0 || json.len > SIDECAR_MAX) {
		input_note(i, 0,
		           "its " ENDING " cannot be read, or is longer "
		           "than 1 MiB: it was passed over");
	} else if (r == 0) {
		r = fields_from_json(&a, &piece, f->arena, (char *)json.ptr,
		                     json.len, NULL, 0, &why);
		if (r == 0)
			set_all(f, &a);
		else if (r == FICHE_ERR_INPUT)
			input_fail(i, "its " ENDING " is passed over: %s",
			           why.text);
	}
	buf_done(&path);
	buf_done(&json);
	return r == FICHE_ERR_NOMEM ? err_nomem(err) : 0;
}
