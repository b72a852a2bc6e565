/* SPDX-License-Identifier: Apache-2.0 */
/* textfile.c - see textfile.h. */

#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "str.h"

int textfile_read(char *out, size_t cap, struct tool *t, const char *path)
{
	bool in = strcmp(path, "-") == 0;
	int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n = 1;
	int e;

	if (fd < 0)
		return system_failed(t, path, errno);
	while (n > 0 && len < cap) {
		n = read(fd, out + len, cap - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	e = errno;
	if (!in)
		(void)close(fd);
	if (n < 0)
		return system_failed(t, path, e);
	if (len == cap || memchr(out, '\0', len)) {
		complain(t, path, "is no text of this kind");
		return tool_raise(t, RC_USAGE);
	}
	out[len] = '\0';
	return 0;
}

static bool put(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0 || errno == EINVAL;
}

static int write_file(struct tool *t, const char *path, const char *text,
                      mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	bool ok;
	int e;

	if (fd < 0)
		return system_failed(t, path, errno);
	ok = put(fd, text, strlen(text));
	e = errno;
	if (close(fd) != 0 && ok) {
		ok = false;
		e = errno;
	}
	if (ok)
		return 0;
	(void)unlink(path);
	return system_failed(t, path, e);
}

int textfile_write(struct tool *t, const char *path, const char *text,
                   bool replace, bool secret)
{
	mode_t mode = secret ? 0600 : 0666;
	struct str fresh = { 0 };
	int r;

	if (!path || strcmp(path, "-") == 0) {
		output_text(text);
		return 0;
	}
	if (!replace)
		return write_file(t, path, text, mode);
	str_printf(&fresh, "%s.new-%ld", path, (long)getpid());
	if (!str_ok(&fresh)) {
		str_done(&fresh);
		return out_of_memory(t);
	}
	r = write_file(t, str_get(&fresh), text, mode);
	if (r == 0 && rename(str_get(&fresh), path) != 0) {
		r = system_failed(t, path, errno);
		(void)unlink(str_get(&fresh));
	}
	str_done(&fresh);
	return r;
}
