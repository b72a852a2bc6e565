/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start_import.c - pack, export, parity and all about signatures go on as
 * fiche-import.
 *
 * Reading and writing other people's files needs libarchive, and that brings
 * two dozen libraries along, which would cost every `fiche show` several
 * milliseconds; signatures need most of libcrypto, which costs two more;
 * parity, which merge and compact add as well, needs libisal.  So they live in
 * a program of their own, which is this one with cmd_pack.c and others in place
 * of this file.
 */

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "message.h"
#include "str.h"
#include "trust.h"

#define PROGRAM "fiche-import"

/* The directory of the running program, with '/', or "" if nobody knows. */
static void own_folder(char out[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	char *slash;

	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	out[slash ? slash + 1 - out : 0] = '\0';
}

int run_worker(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return -1;
}

/* Comes back only if it cannot. */
static int go_on(struct tool *t)
{
	char folder[PATH_MAX];
	struct str beside = { 0 };

	own_folder(folder);
	/* Where it was built, or where a copied tree was installed. */
	for (size_t i = 0; folder[0] && i < 2; i++) {
		str_clear(&beside);
		str_printf(&beside, "%s%s" PROGRAM, folder,
		           i == 0 ? "" : "../libexec/fiche/");
		if (str_ok(&beside))
			(void)execv(str_get(&beside), t->argv);
	}
	(void)execv(FICHE_LIBEXECDIR "/" PROGRAM, t->argv);
	complain(t, NULL, "cannot start %s/%s: %s", FICHE_LIBEXECDIR, PROGRAM,
	         strerror(errno));
	hint(t, "it is a part of fiche: is the installation complete?");
	str_done(&beside);
	return RC_IO;
}

int cmd_pack(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_merge(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_compact(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_export(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_keygen(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_sign(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_prove(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_protect(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_repair(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int cmd_check_proof(struct tool *t, const struct args *args)
{
	(void)args;
	return go_on(t);
}

int trust_elsewhere(struct tool *t)
{
	return go_on(t);
}

void trust_check(struct trust *out, struct tool *t, const char *archive,
                 const char *against, const char *key, bool print)
{
	*out = (struct trust){ 0 };
	(void)t;
	(void)archive;
	(void)against;
	(void)key;
	(void)print;
}
