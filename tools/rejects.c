/* SPDX-License-Identifier: Apache-2.0 */
/* rejects.c - records that were refused; see rejects.h. */

#include "rejects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void rejects_init(struct rejects *r, struct tool *t, const char *choice,
                  const char *archive)
{
	static const char suffix[] = ".fiche";
	size_t len = strlen(archive), cut = sizeof(suffix) - 1;

	*r = (struct rejects){ .tool = t, .fd = -1 };
	if (choice) {
		if (strcmp(choice, "none") != 0)
			str_add(&r->path, choice);
		return;
	}
	if (len > cut && strcmp(archive + len - cut, suffix) == 0)
		len -= cut;
	str_put(&r->path, archive, len);
	str_add(&r->path, ".rejects.jsonl");
}

static void fail(struct rejects *r, int e)
{
	(void)system_failed(r->tool, str_get(&r->path), e);
	r->failed = true;
}

static bool put(struct rejects *r, const char *bytes, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(r->fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			fail(r, errno);
			return false;
		}
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

void rejects_put(struct rejects *r, const void *bytes, size_t len, bool last)
{
	if (r->path.len == 0 || r->failed)
		return;
	if (r->fd < 0) {
		r->fd = open(str_get(&r->path),
		             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
		if (r->fd < 0) {
			fail(r, errno);
			return;
		}
	}
	if (put(r, bytes, len) && last)
		(void)put(r, "\n", 1);
}

void rejects_describe(const struct rejects *r, struct str *out)
{
	if (r->path.len > 0 && !r->failed)
		str_printf(out, ", saved to %s", str_get(&r->path));
}

void rejects_close(struct rejects *r)
{
	if (r->fd >= 0) {
		/* A pipe or /dev/full cannot be synced, and need not be. */
		if (!r->failed && fsync(r->fd) != 0 && errno != EINVAL &&
		    errno != ENOTSUP)
			fail(r, errno);
		if (close(r->fd) != 0 && !r->failed)
			fail(r, errno);
		r->fd = -1;
	}
	str_done(&r->path);
}
