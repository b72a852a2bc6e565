/* SPDX-License-Identifier: Apache-2.0 */
/* confined.c - a command gives up what it does not need; see confined.h. */

#include "confined.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fiche/fiche.h"

void needs_file(struct needs *n, const char *path)
{
	str_put(&n->files, path, strlen(path) + 1);
}

void needs_checkpoint(struct needs *n, const char *archive)
{
	str_add(&n->files, archive);
	needs_file(n, ".checkpoint");
}

void needs_folder(struct needs *n, const char *path)
{
	str_put(&n->folders, path, strlen(path) + 1);
}

void needs_folder_of(struct needs *n, const char *path)
{
	const char *slash = strrchr(path, '/'), *scratch = getenv("TMPDIR");
	size_t at = n->folders.len;
	struct stat st;

	/* A device or a pipe is written to as it is. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode)) {
		needs_folder(n, path);
		return;
	}
	/* With its slash: the root is the one folder that needs it. */
	str_put(&n->folders, slash ? path : ".",
	        slash ? (size_t)(slash + 1 - path) : 1);
	str_char(&n->folders, '\0');
	if (str_ok(&n->folders) && access(n->folders.ptr + at, W_OK) != 0)
		needs_folder(n, scratch && *scratch ? scratch : "/tmp");
}

/* The names as an array, and how many.  NULL when out of memory. */
static const char **split(size_t *count, const struct str *names)
{
	const char **list = calloc(names->len + 1, sizeof(*list));

	*count = 0;
	for (size_t at = 0; list && at < names->len;
	     at += strlen(names->ptr + at) + 1)
		list[(*count)++] = names->ptr + at;
	return list;
}

static void say_lacks(struct tool *t, unsigned lacks)
{
	static const char *const what[] = {
		[FICHE_LACKS_LANDLOCK] = "no Landlock",
		[FICHE_LACKS_SECCOMP] = "no filter of system calls",
		[FICHE_LACKS_LANDLOCK | FICHE_LACKS_SECCOMP] =
			"no Landlock and no filter of system calls",
	};

	if (lacks > 0)
		note(t, NULL,
		     "this system cannot confine the program (%s); it goes on "
		     "without",
		     what[lacks]);
}

int confine(struct tool *t, struct needs *n, bool aloud)
{
	struct fiche_confine c = { 0 };
	const char **files = split(&c.file_count, &n->files);
	const char **folders = split(&c.folder_count, &n->folders);
	unsigned lacks = 0;
	int r = 0;

	c.scratch = n->scratch;
	c.files = files;
	c.folders = folders;
	if (files && folders && str_ok(&n->files) && str_ok(&n->folders))
		lacks = fiche_confine(&c);
	else
		r = out_of_memory(t);
	if (aloud)
		say_lacks(t, lacks);
	free(files);
	free(folders);
	str_done(&n->files);
	str_done(&n->folders);
	return r;
}

int confine_reading(struct tool *t, char *const *files, size_t count)
{
	struct needs n = { 0 };

	for (size_t i = 0; i < count; i++)
		needs_file(&n, files[i]);
	return confine(t, &n, false);
}

int confine_copying(struct tool *t, char *const *files, size_t count,
                    const char *out, bool aloud)
{
	struct needs n = { 0 };

	for (size_t i = 0; i < count; i++)
		needs_file(&n, files[i]);
	if (out)
		needs_folder_of(&n, out);
	return confine(t, &n, aloud);
}
