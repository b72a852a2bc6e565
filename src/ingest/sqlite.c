/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.c - the tables of an SQLite database that hold articles: each row
 * becomes a JSON object with the names of the columns as keys, without NULLs.
 *
 * A database is a program of sorts.  It is opened for reading only, as if
 * nobody could write it; views, triggers, virtual tables and functions in its
 * schema are not run.
 */
#include <sqlite3.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "article/aliases.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"
#include "ingest/format.h"
#include "ingest/object.h"

#define MAGIC      "SQLite format 3"
#define SPOOL_MAX  ((uint64_t)16 << 30)
#define STEPS      10000 /* of the database's machine between two looks */
#define TABLES_MAX 1000

struct base {
	const struct input *i;
	sqlite3 *db;
	FILE *spool;
	char *spooled;   /* its name, until the database is open */
	uint64_t number; /* of the row */
	bool foreign;    /* a column was no text */
	struct buf json;
	struct fiche_error *err;
};

/* ---- The file ---- */

/* Is the file itself the database, or was it packed? */
static bool is_plain(const char *path, uint64_t *size)
{
	char magic[sizeof(MAGIC)];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool yes = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic))
		yes = memcmp(magic, MAGIC, sizeof(magic)) == 0;
	*size = yes ? (uint64_t)st.st_size : 0;
	(void)close(fd);
	return yes;
}

/* The database opens its file by name, and follows links to find it: so a name
 * is needed, but only until then. */
static int make_spool(struct base *b)
{
	const char *folder = getenv("TMPDIR");
	struct buf name = { 0 };
	int fd;

	buf_printf(&name, "%s/fiche-XXXXXX",
	           folder != NULL && folder[0] != '\0' ? folder : "/tmp");
	buf_u8(&name, '\0');
	if (!buf_ok(&name)) {
		buf_done(&name);
		return err_nomem(b->err);
	}
	b->spooled = (char *)buf_detach(&name);
	fd = mkstemp(b->spooled);
	if (fd >= 0)
		b->spool = fdopen(fd, "wb");
	if (b->spool != NULL)
		return 0;
	if (fd >= 0)
		(void)close(fd);
	input_fail(b->i, "no room for a temporary file: left out");
	return FICHE_END;
}

static void drop_name(struct base *b)
{
	if (b->spooled != NULL)
		(void)unlink(b->spooled);
	alloc_free(b->spooled);
	b->spooled = NULL;
}

/* Write all of the input to a temporary file.  FICHE_END: told. */
static int spool(struct base *b)
{
	struct lines *l = b->i->bytes;
	uint64_t size = 0;
	int r = make_spool(b);

	if (r != 0)
		return r;
	do {
		size_t n = l->len - l->at;

		size += n;
		if (size > SPOOL_MAX ||
		    fwrite(l->ptr + l->at, 1, n, b->spool) != n) {
			input_fail(b->i, "does not fit into a temporary file: "
			                 "left out");
			return FICHE_END;
		}
		l->at = l->len;
		r = lines_fill(l, b->err);
	} while (r == 0);
	if (r < 0)
		return r;
	if (l->end != FICHE_END || stream_stopped(l->stream)) {
		r = input_ended(b->i, l->end, &l->why, "left out", b->err);
		return r < 0 ? r : FICHE_END;
	}
	if (fflush(b->spool) != 0) {
		input_fail(b->i, "does not fit into a temporary file");
		return FICHE_END;
	}
	return 0;
}

static void put_uri(struct buf *out, const char *path)
{
	buf_text(out, "file:");
	for (; *path != '\0'; path++)
		if (strchr("%?#", *path) != NULL)
			buf_printf(out, "%%%02x", (unsigned char)*path);
		else
			buf_u8(out, (uint8_t)*path);
	buf_text(out, "?mode=ro&immutable=1");
	buf_u8(out, '\0');
}

static void note_log(const struct input *i)
{
	struct buf name = { 0 };
	struct stat st;

	buf_printf(&name, "%s-wal", i->path);
	buf_u8(&name, '\0');
	if (buf_ok(&name) && stat((const char *)name.ptr, &st) == 0 &&
	    st.st_size > 0)
		input_note(i, 0,
		           "has a write-ahead log beside it, which is not "
		           "read");
	buf_done(&name);
}

static int on_progress(void *ctx)
{
	const struct base *b = ctx;

	return input_stopped(b->i);
}

/* ---- Trouble ---- */

/* Returns FICHE_END when it was told, or a failure that ends all. */
static int trouble(struct base *b, const char *table)
{
	int code = sqlite3_errcode(b->db);

	if (code == SQLITE_NOMEM)
		return err_nomem(b->err);
	if (code == SQLITE_INTERRUPT)
		return FICHE_END;
	input_fail(b->i, "%s%s%s: what follows is lost",
	           table != NULL ? table : "", table != NULL ? ": " : "",
	           sqlite3_errmsg(b->db));
	return FICHE_END;
}

static int open_base(struct base *b)
{
	static const char *const pragmas =
		"PRAGMA trusted_schema=0; PRAGMA cell_size_check=1;"
		"PRAGMA query_only=1; PRAGMA mmap_size=0;"
		"PRAGMA temp_store=2;";
	const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
	                  SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	struct buf uri = { 0 };
	int r;

	put_uri(&uri, b->spooled != NULL ? b->spooled : b->i->path);
	r = buf_ok(&uri) ? sqlite3_open_v2((const char *)uri.ptr, &b->db, flags,
	                                   NULL)
	                 : SQLITE_NOMEM;
	buf_done(&uri);
	if (b->db == NULL)
		return err_nomem(b->err);
	if (r != SQLITE_OK)
		return trouble(b, NULL);
	(void)sqlite3_db_config(b->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(b->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(b->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_limit(b->db, SQLITE_LIMIT_LENGTH,
	                    (int)b->i->in->opt.record_max + 1024);
	(void)sqlite3_limit(b->db, SQLITE_LIMIT_SQL_LENGTH, 100000);
	(void)sqlite3_limit(b->db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(b->db, SQLITE_LIMIT_EXPR_DEPTH, 100);
	sqlite3_progress_handler(b->db, STEPS, on_progress, b);
	if (sqlite3_exec(b->db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		return trouble(b, NULL);
	drop_name(b);
	return 0;
}

/* ---- Rows ---- */

static void put_value(struct base *b, sqlite3_stmt *s, int column)
{
	struct fiche_text t;
	int type = sqlite3_column_type(s, column);

	t.ptr = type == SQLITE_BLOB
	                ? sqlite3_column_blob(s, column)
	                : (const char *)sqlite3_column_text(s, column);
	t.len = (size_t)sqlite3_column_bytes(s, column);
	if (t.ptr == NULL) { /* empty, or out of memory */
		b->json.failed |= t.len > 0;
		t.len = 0;
	}
	if (type == SQLITE_INTEGER ||
	    (type == SQLITE_FLOAT && t.len > 0 && t.ptr[t.len - 1] <= '9'))
		buf_put(&b->json, t.ptr, t.len);
	else
		object_quote(&b->json, t);
}

static bool is_usable(sqlite3_stmt *s, int column, struct base *b)
{
	int type = sqlite3_column_type(s, column);
	const void *blob;

	if (type != SQLITE_BLOB)
		return type != SQLITE_NULL;
	blob = sqlite3_column_blob(s, column);
	if (blob != NULL &&
	    utf8_is_valid(blob, (size_t)sqlite3_column_bytes(s, column)))
		return true;
	b->foreign |= blob != NULL;
	return false;
}

static int give_row(struct base *b, sqlite3_stmt *s)
{
	int columns = sqlite3_column_count(s);

	buf_clear(&b->json);
	buf_u8(&b->json, '{');
	for (int c = 0; c < columns; c++) {
		const char *name = sqlite3_column_name(s, c);

		if (name == NULL)
			return err_nomem(b->err);
		if (!is_usable(s, c, b))
			continue;
		if (b->json.len > 1)
			buf_u8(&b->json, ',');
		object_quote(&b->json,
		             (struct fiche_text){ name, strlen(name) });
		buf_u8(&b->json, ':');
		put_value(b, s, c);
	}
	buf_u8(&b->json, '}');
	if (!buf_ok(&b->json))
		return err_nomem(b->err);
	b->number++;
	return b->json.len > 2
	               ? input_add_object(b->i, b->json.ptr, b->json.len,
	                                  b->number, b->err)
	               : 0;
}

/* A title or a text, and one more field that is known. */
static bool has_articles(sqlite3_stmt *s)
{
	unsigned fields = 0;

	for (int c = 0; c < sqlite3_column_count(s); c++) {
		const char *column = sqlite3_column_name(s, c);
		char name[ALIAS_KEY_MAX];
		const struct alias *alias;
		size_t n = 0;

		if (column != NULL)
			n = alias_normalise(name, column, strlen(column));
		if (n > 0 && alias_find(&alias, name, n) > 0)
			fields |= 1u << alias->field;
	}
	return (fields & (1u << FIELD_TITLE | 1u << FIELD_TEXT)) != 0 &&
	       (fields & (fields - 1)) != 0;
}

static int read_table(struct base *b, const char *table, bool asked)
{
	sqlite3_stmt *s = NULL;
	char *sql = sqlite3_mprintf("SELECT * FROM \"%w\"", table);
	int r = 0, step = SQLITE_DONE;

	if (sql == NULL)
		return err_nomem(b->err);
	if (sqlite3_prepare_v2(b->db, sql, -1, &s, NULL) != SQLITE_OK)
		r = asked ? trouble(b, table) : 0;
	else if (asked || has_articles(s))
		while (r == 0 && (step = sqlite3_step(s)) == SQLITE_ROW)
			r = give_row(b, s);
	if (r == 0 && step != SQLITE_DONE)
		r = trouble(b, table);
	(void)sqlite3_finalize(s);
	sqlite3_free(sql);
	return r;
}

static int read_tables(struct base *b)
{
	/* Virtual tables have no root page. */
	static const char *const sql =
		"SELECT name FROM sqlite_schema WHERE type='table' AND "
		"rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
		"ORDER BY rowid";
	const char *only = b->i->in->opt.table;
	sqlite3_stmt *s = NULL;
	int r = 0, step = SQLITE_DONE;

	if (sqlite3_prepare_v2(b->db, sql, -1, &s, NULL) != SQLITE_OK)
		return trouble(b, NULL);
	for (int n = 0; r == 0 && n < TABLES_MAX; n++) {
		const char *name;

		step = sqlite3_step(s);
		if (step != SQLITE_ROW)
			break;
		name = (const char *)sqlite3_column_text(s, 0);
		if (name != NULL && (only == NULL || strcmp(name, only) == 0))
			r = read_table(b, name, only != NULL);
	}
	if (r == 0 && step != SQLITE_DONE && step != SQLITE_ROW)
		r = trouble(b, NULL);
	(void)sqlite3_finalize(s);
	return r;
}

static int read_base(struct base *b)
{
	const char *only = b->i->in->opt.table;
	int r = open_base(b);

	if (r == 0)
		r = read_tables(b);
	if (r != 0)
		return r;
	if (b->foreign)
		input_note(b->i, 0,
		           "has columns of bytes that are no text: left out");
	if (b->number == 0 && only != NULL)
		input_skip(b->i, 0, "has no rows in a table '%s'", only);
	else if (b->number == 0)
		input_skip(b->i, 0,
		           "has no table of articles that is known as one");
	return 0;
}

static int read_sqlite(const struct input *i, struct fiche_error *err)
{
	struct base b = { .i = i, .err = err };
	uint64_t size;
	int r = 0;

	if (i->path != NULL && is_plain(i->path, &size)) {
		i->bytes->total = size;
		note_log(i);
	} else {
		r = spool(&b);
	}
	if (r == 0)
		r = read_base(&b);
	(void)sqlite3_close_v2(b.db);
	if (b.spool != NULL)
		(void)fclose(b.spool);
	drop_name(&b);
	buf_done(&b.json);
	return r < 0 ? r : 0;
}

static bool sniff(const struct look *look)
{
	return look->len >= sizeof(MAGIC) &&
	       memcmp(look->ptr, MAGIC, sizeof(MAGIC)) == 0;
}

const struct format format_sqlite = { "sqlite", sniff, read_sqlite };
