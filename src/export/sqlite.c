/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.c - articles as a SQLite database with full-text search.
 *
 * One table of articles, lists in tables beside it, and what makes queries
 * quick is built at the end, when all is there.  The file is new and appears
 * under its name when it is whole: so there is no journal, and nothing waits
 * for the disk before that.
 */

#include <sqlite3.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "export/cell.h"
#include "export/format.h"

#define APPLICATION_ID "0x66696368" /* "fich" */
#define USER_VERSION   "1"          /* of these tables */

struct export_writer {
	sqlite3 *db;
	struct cell_list cells; /* all but number, authors and tags */
	bool authors, tags;
	bool unique; /* there is an id */
	sqlite3_stmt *article, *author, *tag;
	struct buf text; /* the values of a row, one behind the other */
	size_t starts[CELL_COUNT + 1];
};

/* What SQLite says, in our words. */
static int failed(struct export_writer *w, int status, struct fiche_error *err)
{
	int code = status & 0xff;
	int e = w->db ? sqlite3_system_errno(w->db) : 0;

	if (code == SQLITE_NOMEM)
		return err_nomem(err);
	if (code == SQLITE_TOOBIG)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "an article is too long for SQLite");
	if (e != 0 && (code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
	               code == SQLITE_FULL))
		return err_sys(err, e, "cannot write the database");
	return err_set(err, FICHE_ERR_IO, FICHE_NOWHERE, "SQLite: %s",
	               w->db ? sqlite3_errmsg(w->db) : sqlite3_errstr(status));
}

static int run(struct export_writer *w, const char *sql,
               struct fiche_error *err)
{
	int status = sqlite3_exec(w->db, sql, NULL, NULL, NULL);

	return status == SQLITE_OK ? 0 : failed(w, status, err);
}

/* Run what was put together in a buffer. */
static int run_buf(struct export_writer *w, struct buf *sql,
                   struct fiche_error *err)
{
	int r;

	buf_u8(sql, 0);
	r = buf_ok(sql) ? run(w, (const char *)sql->ptr, err) : err_nomem(err);
	buf_done(sql);
	return r;
}

static int prepare(struct export_writer *w, sqlite3_stmt **out, struct buf *sql,
                   struct fiche_error *err)
{
	int status;

	buf_u8(sql, 0);
	if (!buf_ok(sql)) {
		buf_done(sql);
		return err_nomem(err);
	}
	status = sqlite3_prepare_v2(w->db, (const char *)sql->ptr, -1, out,
	                            NULL);
	buf_done(sql);
	return status == SQLITE_OK ? 0 : failed(w, status, err);
}

static void sqlite_free(struct export_writer *w)
{
	if (!w)
		return;
	(void)sqlite3_finalize(w->article);
	(void)sqlite3_finalize(w->author);
	(void)sqlite3_finalize(w->tag);
	(void)sqlite3_close(w->db);
	buf_done(&w->text);
	alloc_free(w);
}

/* ---- tables -------------------------------------------------------- */

static int choose_fields(struct export_writer *w,
                         const struct fiche_export_options *opt,
                         struct fiche_error *err)
{
	struct cell_list all;
	int r = cell_list_init(&all, opt, err);

	for (size_t i = 0; r == 0 && i < all.count; i++) {
		enum cell c = all.cells[i];

		w->authors |= c == CELL_AUTHORS;
		w->tags |= c == CELL_TAGS;
		if (c != CELL_AUTHORS && c != CELL_TAGS && c != CELL_NUMBER)
			w->cells.cells[w->cells.count++] = c;
	}
	w->unique = cell_list_has(&w->cells, CELL_ID);
	return r;
}

static int create_articles(struct export_writer *w, struct fiche_error *err)
{
	struct buf sql = { 0 };

	buf_text(&sql, "CREATE TABLE articles(number INTEGER PRIMARY KEY");
	for (size_t i = 0; i < w->cells.count; i++) {
		enum cell c = w->cells.cells[i];

		buf_printf(&sql, ", %s %s", cell_name(c),
		           c == CELL_TEXT_SIZE ? "INTEGER"
		           : c == CELL_ID      ? "TEXT NOT NULL UNIQUE"
		                               : "TEXT");
	}
	buf_text(&sql, ")");
	return run_buf(w, &sql, err);
}

static int create_list(struct export_writer *w, const char *table,
                       const char *item, struct fiche_error *err)
{
	struct buf sql = { 0 };

	buf_printf(&sql,
	           "CREATE TABLE %s(number INTEGER NOT NULL "
	           "REFERENCES articles(number), position INTEGER NOT NULL, "
	           "%s TEXT NOT NULL, PRIMARY KEY(number, position)) "
	           "WITHOUT ROWID",
	           table, item);
	return run_buf(w, &sql, err);
}

static int create_tables(struct export_writer *w, struct fiche_error *err)
{
	int r = run(w,
	            "PRAGMA page_size = 8192;"
	            "PRAGMA application_id = " APPLICATION_ID ";"
	            "PRAGMA user_version = " USER_VERSION ";"
	            "PRAGMA journal_mode = OFF;"
	            "PRAGMA synchronous = OFF;"
	            "PRAGMA locking_mode = EXCLUSIVE;"
	            "PRAGMA cache_size = -32768;"
	            "BEGIN",
	            err);

	if (r == 0)
		r = create_articles(w, err);
	if (r == 0 && w->authors)
		r = create_list(w, "article_authors", "author", err);
	if (r == 0 && w->tags)
		r = create_list(w, "article_tags", "tag", err);
	return r;
}

static int prepare_article(struct export_writer *w, struct fiche_error *err)
{
	struct buf sql = { 0 };

	buf_text(&sql, "INSERT INTO articles VALUES(?");
	for (size_t i = 0; i < w->cells.count; i++)
		buf_text(&sql, ", ?");
	/* A damaged archive that is recovered may have one twice. */
	buf_text(&sql, w->unique ? ") ON CONFLICT(id) DO NOTHING" : ")");
	return prepare(w, &w->article, &sql, err);
}

static int prepare_list(struct export_writer *w, sqlite3_stmt **out,
                        const char *table, struct fiche_error *err)
{
	struct buf sql = { 0 };

	buf_printf(&sql, "INSERT INTO %s VALUES(?, ?, ?)", table);
	return prepare(w, out, &sql, err);
}

/* Not as a URI, even where SQLite is made to look for them. */
static int open_file(struct export_writer *w, const char *path,
                     struct fiche_error *err)
{
	struct buf name = { 0 };
	int status;

	if (path[0] != '/')
		buf_text(&name, "./");
	buf_put(&name, path, strlen(path) + 1);
	if (!buf_ok(&name)) {
		buf_done(&name);
		return err_nomem(err);
	}
	status = sqlite3_open_v2((const char *)name.ptr, &w->db,
	                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	                                 SQLITE_OPEN_NOMUTEX,
	                         NULL);
	buf_done(&name);
	return status == SQLITE_OK ? 0 : failed(w, status, err);
}

static int open_database(struct export_writer *w,
                         const struct export_target *to,
                         struct fiche_error *err)
{
	int r = open_file(w, to->path, err);

	if (r == 0)
		r = create_tables(w, err);
	if (r == 0)
		r = prepare_article(w, err);
	if (r == 0 && w->authors)
		r = prepare_list(w, &w->author, "article_authors", err);
	if (r == 0 && w->tags)
		r = prepare_list(w, &w->tag, "article_tags", err);
	return r;
}

static int sqlite_begin(struct export_writer **out,
                        const struct export_target *to, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	r = choose_fields(w, to->opt, err);
	if (r == 0)
		r = open_database(w, to, err);
	if (r < 0) {
		sqlite_free(w);
		return r;
	}
	*out = w;
	return 0;
}

/* ---- rows ---------------------------------------------------------- */

/* SQLite can keep NUL in a text, but half of its functions stop there: it
 * becomes U+FFFD, as elsewhere what is no text. */
static void without_nul(struct buf *b, size_t from)
{
	struct buf clean = { 0 };
	const uint8_t *at, *nul, *end;

	if (!buf_ok(b) || b->len == from ||
	    !memchr(b->ptr + from, 0, b->len - from))
		return;
	at = b->ptr + from;
	end = b->ptr + b->len;
	while ((nul = memchr(at, 0, (size_t)(end - at))) != NULL) {
		buf_put(&clean, at, (size_t)(nul - at));
		buf_text(&clean, "\xef\xbf\xbd");
		at = nul + 1;
		if (at == end)
			break;
	}
	buf_put(&clean, at, (size_t)(end - at));
	b->len = from;
	buf_put(b, clean.ptr, clean.len);
	b->failed |= clean.failed;
	buf_done(&clean);
}

/* The texts of a row, all before any is bound: the buffer moves. */
static bool collect(struct export_writer *w, const struct fiche_article *a)
{
	buf_clear(&w->text);
	for (size_t i = 0; i < w->cells.count; i++) {
		w->starts[i] = w->text.len;
		cell_text(&w->text, w->cells.cells[i], a);
		without_nul(&w->text, w->starts[i]);
	}
	w->starts[w->cells.count] = w->text.len;
	return buf_ok(&w->text);
}

static int bind_text(sqlite3_stmt *s, int at, const struct buf *b, size_t from,
                     size_t to)
{
	if (to == from)
		return sqlite3_bind_null(s, at);
	return sqlite3_bind_text64(s, at, (const char *)b->ptr + from,
	                           to - from, SQLITE_STATIC, SQLITE_UTF8);
}

static int step(sqlite3_stmt *s, int status)
{
	if (status == SQLITE_OK)
		status = sqlite3_step(s);
	if (status == SQLITE_DONE)
		return sqlite3_reset(s);
	(void)sqlite3_reset(s);
	return status;
}

static int add_list(struct export_writer *w, sqlite3_stmt *s,
                    const struct fiche_article *a,
                    const struct fiche_text *items, size_t count,
                    struct fiche_error *err)
{
	for (size_t i = 0; i < count; i++) {
		int status;

		buf_clear(&w->text);
		buf_put(&w->text, items[i].ptr, items[i].len);
		without_nul(&w->text, 0);
		if (!buf_ok(&w->text))
			return err_nomem(err);
		if (w->text.len == 0)
			continue;
		status = sqlite3_bind_int64(s, 1, (sqlite3_int64)a->number);
		if (status == SQLITE_OK)
			status = sqlite3_bind_int64(s, 2, (sqlite3_int64)i);
		if (status == SQLITE_OK)
			status = bind_text(s, 3, &w->text, 0, w->text.len);
		status = step(s, status);
		if (status != SQLITE_OK)
			return failed(w, status, err);
	}
	return 0;
}

static int sqlite_add(struct export_writer *w, const struct export_article *x,
                      struct fiche_error *err)
{
	const struct fiche_article *a = x->article;
	sqlite3_stmt *s = w->article;
	int status = sqlite3_bind_int64(s, 1, (sqlite3_int64)a->number);
	int r = 0;

	if (!collect(w, a))
		return err_nomem(err);
	for (size_t i = 0; i < w->cells.count && status == SQLITE_OK; i++)
		status = bind_text(s, (int)i + 2, &w->text, w->starts[i],
		                   w->starts[i + 1]);
	status = step(s, status);
	(void)sqlite3_clear_bindings(s);
	if (status != SQLITE_OK)
		return failed(w, status, err);
	if (sqlite3_changes(w->db) == 0)
		return 0;
	if (w->authors)
		r = add_list(w, w->author, a, a->authors, a->author_count, err);
	if (r == 0 && w->tags)
		r = add_list(w, w->tag, a, a->tags, a->tag_count, err);
	return r;
}

/* ---- what makes it quick ------------------------------------------- */

static int create_index(struct export_writer *w, const char *table,
                        const char *column, struct fiche_error *err)
{
	struct buf sql = { 0 };

	buf_printf(&sql, "CREATE INDEX %s_%s ON %s(%s)", table, column, table,
	           column);
	return run_buf(w, &sql, err);
}

static int create_indexes(struct export_writer *w, struct fiche_error *err)
{
	static const enum cell wanted[] = { CELL_PUBLISHED, CELL_SOURCE,
		                            CELL_URL };
	int r = 0;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted) && r == 0; i++)
		if (cell_list_has(&w->cells, wanted[i]))
			r = create_index(w, "articles", cell_name(wanted[i]),
			                 err);
	if (r == 0 && w->authors)
		r = create_index(w, "article_authors", "author", err);
	if (r == 0 && w->tags)
		r = create_index(w, "article_tags", "tag", err);
	return r;
}

/* The words of title and text; the texts themselves are in `articles`. */
static int create_search(struct export_writer *w, struct fiche_error *err)
{
	bool title = cell_list_has(&w->cells, CELL_TITLE);
	bool text = cell_list_has(&w->cells, CELL_TEXT);
	struct buf sql = { 0 };

	if (!title && !text)
		return 0;
	buf_printf(&sql,
	           "CREATE VIRTUAL TABLE articles_fts USING fts5(%s%s%s, "
	           "content='articles', content_rowid='number', "
	           "tokenize='unicode61 remove_diacritics 2');"
	           "INSERT INTO articles_fts(articles_fts) VALUES('rebuild')",
	           title ? "title" : "", title && text ? ", " : "",
	           text ? "text" : "");
	return run_buf(w, &sql, err);
}

static void put_joined(struct buf *sql, const char *table, const char *item,
                       const char *as)
{
	buf_printf(sql,
	           ", (SELECT group_concat(%s, '; ') FROM (SELECT %s FROM %s "
	           "WHERE number = a.number ORDER BY position)) AS %s",
	           item, item, table, as);
}

/* Articles with their lists, as a table that a spreadsheet would show. */
static int create_view(struct export_writer *w, struct fiche_error *err)
{
	struct buf sql = { 0 };

	buf_text(&sql, "CREATE VIEW articles_with_lists AS SELECT a.*");
	if (w->authors)
		put_joined(&sql, "article_authors", "author", "authors");
	if (w->tags)
		put_joined(&sql, "article_tags", "tag", "tags");
	buf_text(&sql, " FROM articles AS a");
	return run_buf(w, &sql, err);
}

static int close_database(struct export_writer *w, struct fiche_error *err)
{
	int status;

	(void)sqlite3_finalize(w->article);
	(void)sqlite3_finalize(w->author);
	(void)sqlite3_finalize(w->tag);
	w->article = w->author = w->tag = NULL;
	status = sqlite3_close(w->db);
	if (status != SQLITE_OK)
		return failed(w, status, err);
	w->db = NULL;
	return 0;
}

static int sqlite_finish(struct export_writer *w, struct fiche_error *err)
{
	int r = create_indexes(w, err);

	if (r == 0)
		r = create_search(w, err);
	if (r == 0)
		r = create_view(w, err);
	if (r == 0)
		r = run(w, "COMMIT; PRAGMA optimize", err);
	if (r == 0)
		r = close_database(w, err);
	return r;
}

const struct export_format export_sqlite = {
	.about = { "sqlite", "a SQLite database with full-text search",
	           ".sqlite", false, true },
	.wants_path = true,
	.takes_fields = true,
	.no_record = true,
	.no_json = true,
	.begin = sqlite_begin,
	.add = sqlite_add,
	.finish = sqlite_finish,
	.free = sqlite_free,
};
