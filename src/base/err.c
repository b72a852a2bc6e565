/* SPDX-License-Identifier: Apache-2.0 */
/* err.c - filling struct fiche_error; see err.h. */

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void fill(struct fiche_error *err, int code, int sys, uint64_t at,
                 const char *fmt, va_list ap) FICHE_PRINTF(5, 0);

static void fill(struct fiche_error *err, int code, int sys, uint64_t at,
                 const char *fmt, va_list ap)
{
	if (!err)
		return;
	err->code = code;
	err->sys_errno = sys;
	err->offset = at;
	(void)vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int err_set(struct fiche_error *err, int code, uint64_t at, const char *fmt,
            ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, code, 0, at, fmt, ap);
	va_end(ap);
	return code;
}

int err_sys(struct fiche_error *err, int e, const char *fmt, ...)
{
	va_list ap;
	size_t len;
	char why[80];

	va_start(ap, fmt);
	fill(err, FICHE_ERR_IO, e, FICHE_NOWHERE, fmt, ap);
	va_end(ap);
	if (err) {
		/* The XSI form: locale-independent enough, and thread-safe. */
		if (strerror_r(e, why, sizeof(why)) != 0)
			(void)snprintf(why, sizeof(why), "error %d", e);
		len = strlen(err->text);
		(void)snprintf(err->text + len, sizeof(err->text) - len, ": %s",
		               why);
	}
	return FICHE_ERR_IO;
}

int err_nomem(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_NOMEM, FICHE_NOWHERE, "out of memory");
}

int err_copy(struct fiche_error *err, const struct fiche_error *from)
{
	if (err)
		*err = *from;
	return from->code;
}

const char *fiche_status_name(int status)
{
	static const char *const names[] = {
		"done",
		"bad argument",
		"out of memory",
		"system error",
		"over a limit",
		"not an archive",
		"unsupported",
		"truncated",
		"damaged",
		"busy",
		"exists",
		"bad input",
		"unusable after an earlier failure",
		"without a keyword index",
		"redacted",
		"withdrawn",
	};

	if (status == FICHE_END)
		return "end";
	if (status > 0 || status < FICHE_ERR_WITHDRAWN)
		return "unknown";
	return names[-status];
}
