/* SPDX-License-Identifier: Apache-2.0 */
/* landlock.c - which files a process may still reach; see landlock.h. */

/* syscall() and O_PATH are Linux. */
#define _GNU_SOURCE 1

#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

/* Kept here, as headers are often older than kernels.  The numbers are the same
 * for all processors. */
#define CREATE     444
#define ADD_RULE   445
#define RESTRICT   446
#define ASK        1u /* CREATE: which version? */
#define PATH_BELOW 1

/* What is forbidden unless a rule allows it. */
enum {
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_DIR = 1 << 4,
	REMOVE_FILE = 1 << 5,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	REFER = 1 << 13,    /* rename or link into another folder: version 2 */
	TRUNCATE = 1 << 14, /* version 3 */
};

struct handled {
	uint64_t files; /* what may be forbidden, as bits */
	uint64_t net;
	uint64_t scopes;
};

struct path_below {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

static uint64_t file_bits(unsigned version)
{
	unsigned count = version >= 5   ? 16
	                 : version >= 3 ? 15
	                 : version == 2 ? 14
	                                : 13;

	return (UINT64_C(1) << count) - 1;
}

/* What each version of the interface knows of. */
static size_t fill(struct handled *h, unsigned version)
{
	h->files = file_bits(version);
	h->net = version >= 4 ? 3 : 0;    /* TCP: bind and connect */
	h->scopes = version >= 6 ? 3 : 0; /* abstract sockets, signals */
	return version >= 6 ? 24 : version >= 4 ? 16 : 8;
}

int landlock_begin(struct landlock *out, struct fiche_error *err)
{
	long version = syscall(CREATE, NULL, 0, ASK);
	struct handled h;
	size_t size;

	*out = (struct landlock){ .fd = -1 };
	if (version < 1)
		return 1;
	out->version = (unsigned)version;
	size = fill(&h, out->version);
	out->fd = (int)syscall(CREATE, &h, size, 0);
	if (out->fd < 0)
		return err_sys(err, errno, "Landlock refuses its rules");
	return 0;
}

static void allow(const struct landlock *l, const char *path, uint64_t what)
{
	struct path_below rule = { .allowed = what & file_bits(l->version) };
	struct stat st;

	if (l->fd < 0)
		return;
	rule.fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.fd < 0)
		return;
	/* The kernel wants no rights of folders for what is none. */
	if (fstat(rule.fd, &st) != 0 || !S_ISDIR(st.st_mode))
		rule.allowed &= WRITE_FILE | READ_FILE | TRUNCATE;
	(void)syscall(ADD_RULE, l->fd, PATH_BELOW, &rule, 0);
	(void)close(rule.fd);
}

void landlock_read(const struct landlock *l, const char *path)
{
	allow(l, path, READ_FILE);
}

void landlock_write(const struct landlock *l, const char *path)
{
	allow(l, path,
	      WRITE_FILE | READ_FILE | READ_DIR | REMOVE_DIR | REMOVE_FILE |
	              MAKE_DIR | MAKE_REG | REFER | TRUNCATE);
}

int landlock_end(struct landlock *l, struct fiche_error *err)
{
	int r = 0;

	if (l->fd < 0)
		return 0;
	if (syscall(RESTRICT, l->fd, 0) != 0)
		r = err_sys(err, errno, "Landlock cannot be put on");
	(void)close(l->fd);
	l->fd = -1;
	return r;
}
