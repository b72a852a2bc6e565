/* SPDX-License-Identifier: Apache-2.0 */
/* message.c - messages and exit codes; see message.h. */

#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "glyph.h"
#include "str.h"

/* The gravest first; a signal is graver than all of them. */
static const int gravity[] = {
	RC_DAMAGED, RC_UNTRUSTED, RC_IO,      RC_LIMIT,   RC_UNSUPPORTED,
	RC_BUSY,    RC_USAGE,     RC_REJECTS, RC_NOTHING, RC_DONE,
};

static size_t rank_of(int code)
{
	size_t i;

	for (i = 0; i < sizeof(gravity) / sizeof(*gravity); i++)
		if (gravity[i] == code)
			return i + 1;
	return 0;
}

int tool_raise(struct tool *t, int code)
{
	if (rank_of(code) < rank_of(t->exit_code))
		t->exit_code = code;
	return code;
}

int exit_code_of(int status)
{
	switch (status) {
	case FICHE_OK:
	case FICHE_END:
		return RC_DONE;
	case FICHE_ERR_ARG:
		return RC_USAGE;
	case FICHE_ERR_NOMEM:
	case FICHE_ERR_LIMIT:
		return RC_LIMIT;
	case FICHE_ERR_FOREIGN:
	case FICHE_ERR_UNSUPPORTED:
	case FICHE_ERR_NOINDEX:
		return RC_UNSUPPORTED;
	case FICHE_ERR_TRUNCATED:
	case FICHE_ERR_CORRUPT:
		return RC_DAMAGED;
	case FICHE_ERR_BUSY:
		return RC_BUSY;
	case FICHE_ERR_INPUT:
		return RC_REJECTS;
	case FICHE_ERR_REDACTED:
	case FICHE_ERR_WITHDRAWN:
		return RC_NOTHING;
	default:
		return RC_IO;
	}
}

/* One write a message, so that those of two programs do not mix. */
static void emit(struct tool *t, const struct str *line)
{
	const char *p = str_get(line);
	size_t left = line->len;
	ssize_t n;

	if (t->bar_drawn) {
		n = write(STDERR_FILENO, "\r\033[K", 4);
		t->bar_drawn = n != 4;
	}
	while (left > 0) {
		n = write(STDERR_FILENO, p, left);
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			p += n;
			left -= (size_t)n;
		}
	}
}

static void say(struct tool *t, const char *where, const char *fmt, va_list ap)
	FICHE_PRINTF(3, 0);

static void say(struct tool *t, const char *where, const char *fmt, va_list ap)
{
	struct str line = { 0 }, raw = { 0 };

	str_add(&line, "fiche: ");
	if (t->command)
		str_printf(&line, "%s: ", t->command);
	if (where)
		str_printf(&raw, "%s: ", where);
	str_vprintf(&raw, fmt, ap);
	glyph_escape(&line, str_get(&raw), raw.len, GLYPH_LINE);
	str_char(&line, '\n');
	emit(t, &line);
	str_done(&line);
	str_done(&raw);
}

static void say_hint(struct tool *t, const char *fmt, va_list ap)
	FICHE_PRINTF(2, 0);

static void say_hint(struct tool *t, const char *fmt, va_list ap)
{
	struct str line = { 0 }, raw = { 0 };

	str_add(&line, "hint: ");
	str_vprintf(&raw, fmt, ap);
	glyph_escape(&line, str_get(&raw), raw.len, GLYPH_LINE);
	str_char(&line, '\n');
	emit(t, &line);
	str_done(&line);
	str_done(&raw);
}

void complain(struct tool *t, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (t->silent)
		return;
	va_start(ap, fmt);
	say(t, where, fmt, ap);
	va_end(ap);
}

void note(struct tool *t, const char *where, const char *fmt, ...)
{
	va_list ap;

	if (t->silent || t->quiet)
		return;
	va_start(ap, fmt);
	say(t, where, fmt, ap);
	va_end(ap);
}

void hint(struct tool *t, const char *fmt, ...)
{
	va_list ap;

	if (t->silent)
		return;
	va_start(ap, fmt);
	say_hint(t, fmt, ap);
	va_end(ap);
}

void note_hint(struct tool *t, const char *fmt, ...)
{
	va_list ap;

	if (t->silent || t->quiet)
		return;
	va_start(ap, fmt);
	say_hint(t, fmt, ap);
	va_end(ap);
}

int usage(struct tool *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(t, NULL, fmt, ap);
	va_end(ap);
	if (t->command)
		hint(t, "'fiche %s --help' shows its options", t->command);
	else
		hint(t, "'fiche --help' lists the commands");
	return tool_raise(t, RC_USAGE);
}

int out_of_memory(struct tool *t)
{
	complain(t, NULL, "out of memory");
	return tool_raise(t, RC_LIMIT);
}

int system_failed(struct tool *t, const char *path, int e)
{
	complain(t, path, "%s", strerror(e));
	return tool_raise(t, RC_IO);
}

/* A folder or a device where an archive should be. */
static bool is_no_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

int library_failed(struct tool *t, const char *path, int status,
                   const struct fiche_error *err)
{
	const char *what = err->text[0] ? err->text : fiche_status_name(status);
	int code = exit_code_of(status);

	/* Of the plainest refusals nothing more is worth saying. */
	if (status == FICHE_ERR_IO &&
	    (err->sys_errno == ENOENT || err->sys_errno == EACCES ||
	     err->sys_errno == EISDIR || err->sys_errno == ENOTDIR))
		complain(t, path, "%s", strerror(err->sys_errno));
	else if (err->offset != FICHE_NOWHERE && status != FICHE_ERR_FOREIGN &&
	         status != FICHE_ERR_UNSUPPORTED)
		complain(t, NULL, "%s@%llu: %s", path,
		         (unsigned long long)err->offset, what);
	else
		complain(t, path, "%s", what);
	/* Not the command line is wrong then, but what it points at. */
	if (status == FICHE_ERR_ARG && path && is_no_file(path))
		code = RC_IO;
	return tool_raise(t, code);
}
