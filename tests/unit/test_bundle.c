/* SPDX-License-Identifier: Apache-2.0 */
/* test_bundle.c - members of bundles, whole, cut, hostile, and from a process
 * that lies. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "fiche/ingest.h"
#include "ingest/bundle_wire.h"
#include "support/fake_writer.h"

enum { BUNDLE_MAX = 2 << 20 };

struct bench {
	char dir[256];
	char path[600]; /* of the file that is read */
	struct fiche_writer writer;
	struct fiche_ingest_options opt;
	struct fiche_ingest_stats stats;
	struct fiche_error err;
	char said[16384]; /* "N where: what\n" or "W where: what\n" */
	unsigned polls, stop_after;
	uint8_t bundle[BUNDLE_MAX];
	size_t len;
};

static void hear(void *ctx, enum fiche_ingest_level level, const char *where,
                 const char *what)
{
	struct bench *b = ctx;
	size_t used = strlen(b->said);
	size_t dir = strncmp(where, b->dir, strlen(b->dir)) == 0
	                     ? strlen(b->dir) + 1
	                     : 0;

	(void)snprintf(b->said + used, sizeof(b->said) - used, "%c %s: %s\n",
	               level == FICHE_INGEST_NOTE ? 'N' : 'W', where + dir,
	               what);
}

static bool stop(void *ctx)
{
	struct bench *b = ctx;

	return b->stop_after > 0 && ++b->polls >= b->stop_after;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	const char *tmp = getenv("TMPDIR");

	if (b == NULL)
		return -1;
	(void)snprintf(b->dir, sizeof(b->dir), "%s/fiche-bundle-XXXXXX",
	               tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(b->dir) == NULL)
		return -1;
	b->opt.message = hear;
	b->opt.stop = stop;
	b->opt.ctx = b;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	if (b->path[0] != '\0')
		(void)unlink(b->path);
	(void)rmdir(b->dir);
	fake_writer_reset(&b->writer);
	free(b);
	return 0;
}

/* ---- Making bundles ------------------------------------------------ */

struct member {
	const char *path;
	const char *bytes;
	size_t len; /* 0: strlen(bytes) */
	int type;   /* 0: a file */
};

static struct archive *bundle_begin(const char *format, const char *filter)
{
	struct archive *a = archive_write_new();

	assert_non_null(a);
	assert_int_equal(archive_write_set_format_by_name(a, format),
	                 ARCHIVE_OK);
	if (filter != NULL)
		assert_int_equal(archive_write_add_filter_by_name(a, filter),
		                 ARCHIVE_OK);
	(void)archive_write_set_bytes_in_last_block(a, 1);
	return a;
}

static void bundle_add(struct archive *a, const struct member *m)
{
	struct archive_entry *e = archive_entry_new();
	size_t len = m->len > 0 ? m->len : strlen(m->bytes);

	archive_entry_set_pathname(e, m->path);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, 1000000000, 0);
	if (m->type == AE_IFLNK) {
		archive_entry_set_filetype(e, AE_IFLNK);
		archive_entry_set_symlink(e, m->bytes);
		len = 0;
	} else {
		archive_entry_set_filetype(e, m->type != 0 ? (unsigned)m->type
		                                           : AE_IFREG);
		len = m->type != 0 ? 0 : len;
		archive_entry_set_size(e, (la_int64_t)len);
	}
	assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
	if (len > 0)
		assert_int_equal(archive_write_data(a, m->bytes, len), len);
	archive_entry_free(e);
}

/* Into b->bundle. */
static void make(struct bench *b, const char *format, const char *filter,
                 const char *options, const struct member *m, size_t count)
{
	struct archive *a = bundle_begin(format, filter);

	if (options != NULL)
		assert_int_equal(archive_write_set_options(a, options),
		                 ARCHIVE_OK);
	(void)archive_write_set_passphrase(a, "secret");
	assert_int_equal(
		archive_write_open_memory(a, b->bundle, BUNDLE_MAX, &b->len),
		ARCHIVE_OK);
	for (size_t i = 0; i < count; i++)
		bundle_add(a, &m[i]);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	(void)archive_write_free(a);
}

#define MAKE(b, format, ...)                                                   \
	do {                                                                   \
		const struct member m_[] = { __VA_ARGS__ };                    \
		make(b, format, NULL, NULL, m_, sizeof(m_) / sizeof(*m_));     \
	} while (0)

/* What b->bundle holds, as a member of the next. */
static struct member nested(struct bench *b, const char *path)
{
	char *copy = malloc(b->len);

	assert_non_null(copy);
	memcpy(copy, b->bundle, b->len);
	return (struct member){ path, copy, b->len, 0 };
}

static void unnest(struct member *m)
{
	union {
		const char *text;
		void *ptr;
	} u = { m->bytes };

	free(u.ptr);
}

static void put(struct bench *b, const char *name, const void *bytes,
                size_t len)
{
	FILE *f;

	if (b->path[0] != '\0')
		(void)unlink(b->path);
	(void)snprintf(b->path, sizeof(b->path), "%s/%s", b->dir, name);
	f = fopen(b->path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Read b->path, from the start. */
static int ingest(struct bench *b)
{
	struct fiche_ingest *in;
	int r;

	fake_writer_reset(&b->writer);
	memset(&b->stats, 0, sizeof(b->stats));
	b->said[0] = '\0';
	r = fiche_ingest_new(&in, &b->writer, &b->opt, &b->err);
	if (r == 0) {
		r = fiche_ingest_path(in, b->path, &b->stats, &b->err);
		if (r == 0)
			(void)fiche_writer_commit(&b->writer, NULL);
	}
	fiche_ingest_free(in);
	return r;
}

static int ingest_bundle(struct bench *b, const char *name)
{
	put(b, name, b->bundle, b->len);
	return ingest(b);
}

static void assert_heard(struct bench *b, const char *what)
{
	if (strstr(b->said, what) == NULL)
		fail_msg("not said: \"%s\" but:\n%s", what, b->said);
}

static void assert_not_heard(struct bench *b, const char *what)
{
	if (strstr(b->said, what) != NULL)
		fail_msg("said:\n%s", b->said);
}

static void assert_record(struct bench *b, size_t i, const char *bytes,
                          uint64_t line)
{
	assert_true(i < b->writer.count);
	assert_string_equal(b->writer.records[i].bytes, bytes);
	assert_int_equal(b->writer.records[i].line, line);
}

static void assert_path(struct bench *b, size_t i, const char *path)
{
	char wanted[200];

	assert_true(i < b->writer.count);
	assert_non_null(b->writer.records[i].card);
	(void)snprintf(wanted, sizeof(wanted), "/%s\"", path);
	if (strstr(b->writer.records[i].card, wanted) == NULL)
		fail_msg("no %s in %s", wanted, b->writer.records[i].card);
}

static const struct member lines = { "a.jsonl", "{\"id\":1}\n{\"id\":2}\n", 0,
	                             0 };
static const struct member text = { "n.txt", "A note on the harbour.\n", 0, 0 };

/* ---- Whole --------------------------------------------------------- */

static const struct {
	const char *format, *filter;
} kinds[] = {
	{ "ustar", NULL },   { "pax", NULL },       { "gnutar", NULL },
	{ "v7tar", NULL },   { "zip", NULL },       { "7zip", NULL },
	{ "cpio", NULL },    { "newc", NULL },      { "iso9660", NULL },
	{ "arbsd", NULL },   { "arsvr4", NULL },    { "xar", NULL },
	{ "ustar", "gzip" }, { "ustar", "zstd" },   { "zip", "xz" },
	{ "7zip", "bzip2" }, { "iso9660", "gzip" },
};

static void members_of_all_kinds_of_bundles_are_read(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct member m[] = { lines, text };

		make(b, kinds[i].format, kinds[i].filter, NULL, m, 2);
		assert_int_equal(ingest_bundle(b, "x.bin"), 0);
		assert_string_equal(b->said, "");
		assert_int_equal(b->writer.count, 3);
		assert_record(b, 0, "{\"id\":1}", 1);
		assert_record(b, 1, "{\"id\":2}", 2);
		assert_string_equal(b->writer.records[2].bytes, text.bytes);
		assert_path(b, 2, "x.bin/n.txt");
		assert_int_equal(b->stats.inputs, 3);
		assert_int_equal(b->stats.inputs_failed, 0);
		assert_int_equal(b->stats.bytes, 18 + strlen(text.bytes));
	}
}

static void an_empty_bundle_has_no_members(void **state)
{
	struct bench *b = *state;

	make(b, "zip", NULL, NULL, NULL, 0);
	assert_int_equal(ingest_bundle(b, "x.zip"), 0);
	assert_int_equal(b->writer.count, 0);
	assert_int_equal(b->stats.inputs_failed, 0);
}

static void joined_tars_are_read_to_the_last(void **state)
{
	struct bench *b = *state;
	struct member first;
	char *both;

	MAKE(b, "ustar", lines);
	first = nested(b, "");
	MAKE(b, "ustar", text);
	both = malloc(first.len + b->len);
	assert_non_null(both);
	memcpy(both, first.bytes, first.len);
	memcpy(both + first.len, b->bundle, b->len);
	put(b, "x.tar", both, first.len + b->len);
	assert_int_equal(ingest(b), 0);
	assert_int_equal(b->writer.count, 3);
	free(both);
	unnest(&first);
}

static void a_member_is_read_like_any_file(void **state)
{
	struct bench *b = *state;
	const struct member inner[] = { lines };
	struct member m;

	make(b, "ustar", "gzip", NULL, inner, 1);
	m = nested(b, "deep.tgz");
	MAKE(b, "zip", m, text);
	assert_int_equal(ingest_bundle(b, "x.zip"), 0);
	assert_string_equal(b->said, "");
	assert_int_equal(b->writer.count, 3);
	assert_record(b, 0, "{\"id\":1}", 1);
	assert_path(b, 2, "x.zip/n.txt");
	unnest(&m);
}

static void too_deep_a_bundle_is_kept_as_a_file(void **state)
{
	struct bench *b = *state;

	MAKE(b, "ustar", lines);
	for (unsigned i = 0; i < 4; i++) {
		struct member m = nested(b, "in.tar");

		MAKE(b, "ustar", m);
		unnest(&m);
	}
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_heard(b, "is a bundle in 4 others: kept as a file");
	assert_int_equal(b->writer.count, 1);
	assert_path(b, 0, "in.tar/in.tar/in.tar/in.tar");
}

static void a_document_that_is_a_zip_stays_one(void **state)
{
	struct bench *b = *state;
	const struct member m[] = {
		{ "mimetype", "application/epub+zip", 0, 0 }, text
	};

	make(b, "zip", NULL, NULL, m, 2);
	assert_int_equal(ingest_bundle(b, "x.epub"), 0);
	assert_int_equal(b->writer.count, 1);
	assert_int_equal(b->writer.records[0].len, b->len);
}

static void a_file_that_only_begins_like_a_bundle_is_none(void **state)
{
	struct bench *b = *state;
	static const char *const texts[] = { "PK is the plate of a car.\n",
		                             "070707 is a number.\n",
		                             "MSCF and Rar! are words.\n",
		                             "xx-lh5-is no archive at all\n" };

	for (size_t i = 0; i < 4; i++) {
		put(b, "x.txt", texts[i], strlen(texts[i]));
		assert_int_equal(ingest(b), 0);
		assert_string_equal(b->said, "");
		assert_int_equal(b->writer.count, 1);
		assert_path(b, 0, "x.txt");
	}
}

/* ---- What is in them ----------------------------------------------- */

static void names_are_labels_and_no_paths(void **state)
{
	struct bench *b = *state;
	char *longest = malloc(10001);
	struct member m[] = {
		{ "../../etc/x.txt", "One.\n", 0, 0 },
		{ "/abs/y.txt", "Two.\n", 0, 0 },
		{ "line\nbreak\x1b.txt", "Three.\n", 0, 0 },
		{ NULL, "Four.\n", 0, 0 },
		{ "bad\xff\xfe.txt", "Five.\n", 0, 0 },
		{ "-rf", "Six.\n", 0, 0 },
	};

	assert_non_null(longest);
	memset(longest, 'n', 10000);
	longest[10000] = '\0';
	m[3].path = longest;
	make(b, "gnutar", NULL, NULL, m, 6);
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_int_equal(b->writer.count, 6);
	assert_path(b, 0, "x.tar/../../etc/x.txt");
	assert_path(b, 1, "x.tar/abs/y.txt");
	assert_path(b, 2, "x.tar/line?break?.txt");
	assert_true(strlen(b->writer.records[3].card) < 2000);
	assert_path(b, 4, "x.tar/bad\xef\xbf\xbd\xef\xbf\xbd.txt");
	assert_path(b, 5, "x.tar/-rf");
	free(longest);
}

static void names_in_utf8_stay_as_they_are(void **state)
{
	static const char *const formats[] = { "ustar", "pax" };
	struct bench *b = *state;
	const struct member m[] = { { "\xc3\xbc/\xe6\x97\xa5.txt", "Day.\n", 0,
		                      0 } };

	for (size_t i = 0; i < 2; i++) {
		make(b, formats[i], NULL, NULL, m, 1);
		assert_int_equal(ingest_bundle(b, "x.bin"), 0);
		assert_path(b, 0, "x.bin/\xc3\xbc/\xe6\x97\xa5.txt");
	}
}

static void what_is_no_file_is_counted(void **state)
{
	struct bench *b = *state;
	const struct member m[] = {
		{ "dir", "", 0, AE_IFDIR },
		{ "link", "/etc/passwd", 0, AE_IFLNK },
		{ "link2", "a.jsonl", 0, AE_IFLNK },
		{ "fifo", "", 0, AE_IFIFO },
		{ "__MACOSX/a", "x", 0, 0 },
		{ "dir/.DS_Store", "x", 0, 0 },
		{ "dir/Thumbs.db", "x", 0, 0 },
		lines,
	};

	make(b, "ustar", NULL, NULL, m, 8);
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_string_equal(
		b->said,
		"N x.tar: 2 links in it were not followed\n"
		"N x.tar: 1 device or pipe in it was left out\n"
		"N x.tar: 3 members are no content and were left out\n");
	assert_int_equal(b->writer.count, 2);
	assert_int_equal(b->stats.inputs_failed, 0);
}

static void encrypted_members_are_told_and_left_out(void **state)
{
	struct bench *b = *state;

	make(b, "zip", NULL, "zip:encryption=zipcrypt", &text, 1);
	assert_int_equal(ingest_bundle(b, "x.zip"), 0);
	assert_string_equal(b->said, "W x.zip: n.txt is encrypted: left out\n");
	assert_int_equal(b->writer.count, 0);
	assert_int_equal(b->stats.skipped, 1);
}

static void of_a_wacz_the_web_archives_are_read(void **state)
{
	struct bench *b = *state;
	const struct member m[] = {
		{ "pages/pages.jsonl", "{\"format\":\"json-pages-1.0\"}\n", 0,
		  0 },
		{ "archive/data.txt", "In place of a web archive.\n", 0, 0 },
		{ "indexes/index.cdx", "com,example)/ 2024\n", 0, 0 },
		{ "datapackage.json", "{\"profile\":\"data-package\"}", 0, 0 },
	};

	make(b, "zip", NULL, NULL, m, 4);
	assert_int_equal(ingest_bundle(b, "x.wacz"), 0);
	assert_string_equal(
		b->said,
		"N x.wacz: is a WACZ: the web archives in it are read\n"
		"N x.wacz: 3 members are no content and were left out\n");
	assert_int_equal(b->writer.count, 1);
	assert_path(b, 0, "x.wacz/archive/data.txt");
	/* Without its manifest it is a zip like others. */
	make(b, "zip", NULL, NULL, m, 3);
	assert_int_equal(ingest_bundle(b, "x.zip"), 0);
	assert_int_equal(b->writer.count, 3);
}

static void too_long_a_file_does_not_end_the_bundle(void **state)
{
	struct bench *b = *state;
	char *big = malloc(300000);
	struct member m = { "big.txt", big, 300000, 0 };

	assert_non_null(big);
	memset(big, 'x', 300000);
	b->opt.record_max = 100000;
	MAKE(b, "ustar", m, lines);
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_int_equal(b->stats.too_long, 1);
	assert_int_equal(b->writer.count, 2);
	free(big);
}

/* ---- Limits -------------------------------------------------------- */

static void more_members_than_allowed_end_the_bundle(void **state)
{
	struct bench *b = *state;

	b->opt.members_max = 2;
	MAKE(b, "ustar", lines, text, lines);
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_string_equal(
		b->said,
		"W x.tar: more than 2 members: what follows is lost\n");
	assert_int_equal(b->writer.count, 3);
	assert_int_equal(b->stats.inputs_failed, 1);
}

static void more_bytes_than_allowed_end_the_bundle(void **state)
{
	struct bench *b = *state;

	b->opt.unpacked_max = 20;
	MAKE(b, "ustar", lines, text, lines);
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_heard(b, "W x.tar/n.txt: its members have more than 20 bytes in "
	                "all: left out\n");
	assert_heard(b, "W x.tar: its members have more than 20 bytes in all: "
	                "what follows is lost\n");
	assert_int_equal(b->writer.count, 2);
}

enum { BOMB = 300 << 20 };

/* One byte, many times: as a member, or with a filter and "raw" alone. */
static void make_bomb(struct bench *b, const char *format, const char *filter,
                      int byte)
{
	struct archive *a = bundle_begin(format, filter);
	struct archive_entry *e = archive_entry_new();
	static char same[1 << 20];

	assert_int_equal(
		archive_write_open_memory(a, b->bundle, BUNDLE_MAX, &b->len),
		ARCHIVE_OK);
	archive_entry_set_pathname(e, "0");
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_size(e, BOMB);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	memset(same, byte, sizeof(same));
	for (size_t i = 0; i < BOMB / sizeof(same); i++)
		assert_int_equal(archive_write_data(a, same, sizeof(same)),
		                 sizeof(same));
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(e);
	(void)archive_write_free(a);
}

static void a_bomb_is_stopped_whatever_it_is(void **state)
{
	struct bench *b = *state;
	struct member bomb;

	make_bomb(b, "raw", "zstd", '\n');
	assert_int_equal(ingest_bundle(b, "x.jsonl.zst"), 0);
	assert_string_equal(b->said, "W x.jsonl.zst: unpacks to more than 1000 "
	                             "times its size: what follows is lost\n");

	b->opt.ratio_max = 500;
	make_bomb(b, "zip", NULL, 0);
	assert_int_equal(ingest_bundle(b, "x.zip"), 0);
	assert_int_equal(b->stats.too_long, 1);
	assert_heard(b, "W x.zip: unpacks to more than 500 times its size: "
	                "what follows is lost\n");
	bomb = nested(b, "bomb.zip");
	MAKE(b, "ustar", lines, bomb, text);
	assert_int_equal(ingest_bundle(b, "x.tar"), 0);
	assert_heard(b, "W x.tar/bomb.zip: unpacks to more than 500 times its "
	                "size: what follows is lost\n");
	assert_heard(b, "W x.tar: unpacks to more than 500 times its size: "
	                "what follows is lost\n");
	assert_int_equal(b->writer.count, 2);
	unnest(&bomb);
}

/* ---- Damage -------------------------------------------------------- */

/* What is packed of a damaged bundle are whole lines of it. */
static void assert_only_ours(struct bench *b)
{
	for (size_t i = 0; i < b->writer.count; i++) {
		const struct fake_record *r = &b->writer.records[i];

		if (r->card == NULL && strcmp(r->bytes, "{\"id\":1}") != 0 &&
		    strcmp(r->bytes, "{\"id\":2}") != 0 &&
		    b->stats.inputs_failed == 0)
			fail_msg("a record of nobody: %s", r->bytes);
	}
}

static void a_bundle_cut_anywhere_gives_what_is_whole(void **state)
{
	static const char *const formats[] = { "ustar", "zip", "7zip", "newc" };
	struct bench *b = *state;

	for (size_t i = 0; i < 4; i++) {
		const struct member m[] = { lines, text };
		size_t whole, step, before = 0;

		make(b, formats[i], NULL, NULL, m, 2);
		whole = b->len;
		step = whole > 300 ? whole / 80 : 4;
		for (size_t len = step; len < whole; len += step) {
			put(b, "x.bin", b->bundle, len);
			assert_int_equal(ingest(b), 0);
			if (len >= 512)
				assert_only_ours(b);
			/* A longer piece has not less in it. */
			if (i < 2 && len >= 600) {
				assert_true(b->writer.count >= before);
				before = b->writer.count;
			}
		}
	}
}

static void what_is_cut_off_is_told(void **state)
{
	struct bench *b = *state;

	MAKE(b, "ustar", lines, text);
	put(b, "x.tar", b->bundle, 512 + 12);
	assert_int_equal(ingest(b), 0);
	assert_int_equal(b->writer.count, 2);
	assert_record(b, 0, "{\"id\":1}", 1);
	assert_heard(b, "W x.tar/a.jsonl: cannot be unpacked (Truncated tar "
	                "archive");
	assert_heard(b, "W x.tar: cannot be unpacked (Truncated tar archive");
	assert_int_equal(b->stats.inputs_failed, 2);
	/* A cut compression around it is told as such, once. */
	make(b, "ustar", "gzip", NULL, &lines, 1);
	put(b, "x.tgz", b->bundle, b->len - 6);
	assert_int_equal(ingest(b), 0);
	assert_int_equal(b->writer.count, 2);
	assert_heard(b, "W x.tgz: the gzip data is cut short");
}

static void flipped_bytes_never_break_the_reading(void **state)
{
	static const char *const formats[] = { "ustar", "zip", "7zip",
		                               "iso9660", "xar" };
	struct bench *b = *state;

	for (size_t i = 0; i < 5; i++) {
		const struct member m[] = { lines, text };

		make(b, formats[i], NULL, NULL, m, 2);
		for (size_t at = 0; at < b->len; at += 1 + b->len / 70) {
			b->bundle[at] ^= 0x55;
			assert_int_equal(ingest_bundle(b, "x.bin"), 0);
			b->bundle[at] ^= 0x55;
		}
	}
}

static void a_wrong_checksum_leaves_a_page_out(void **state)
{
	struct bench *b = *state;
	uint8_t *at;

	make(b, "zip", NULL, "zip:compression=store", &text, 1);
	at = memchr(b->bundle, 'h', b->len);
	while (at != NULL && memcmp(at, "harbour", 7) != 0)
		at = memchr(at + 1, 'h', b->len - (size_t)(at + 1 - b->bundle));
	assert_non_null(at);
	*at = 'H';
	assert_int_equal(ingest_bundle(b, "x.zip"), 0);
	assert_int_equal(b->writer.count, 0);
	assert_heard(b, "W x.zip/n.txt: cannot be unpacked (ZIP bad CRC");
}

/* ---- A reader that lies -------------------------------------------- */

/* Read an ar with a shell script in the place of the confined reader. */
static void ingest_by(struct bench *b, const char *script)
{
	char worker[600];
	FILE *f;

	(void)snprintf(worker, sizeof(worker), "%s/worker", b->dir);
	f = fopen(worker, "w");
	assert_non_null(f);
	(void)fprintf(f, "#!/bin/sh\n%s\n", script);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(worker, 0700), 0);
	b->opt.worker = worker;
	put(b, "x.a", "!<arch>\n", 8);
	assert_int_equal(ingest(b), 0);
	assert_int_equal(unlink(worker), 0);
	b->opt.worker = NULL;
}

static void a_reader_that_fails_is_told(void **state)
{
	static const struct {
		const char *script, *told;
	} cases[] = {
		{ "exit 0", "its confined reader ended too early" },
		{ "exit 9", "its confined reader ended too early" },
		{ "kill -9 $$", "its confined reader was killed by signal 9" },
		{ "kill -SYS $$", "was killed for a forbidden system call" },
		{ "kill -XCPU $$", "was killed as it took too long" },
		{ "exec >&-; exec sleep 60", "its confined reader hangs" },
		{ "echo hello, world", "its confined reader answers nonsense" },
		{ "cat /dev/zero", "its confined reader answers nonsense" },
		/* DATA that belongs to nothing; END too; MEMBER too long. */
		{ "printf '\\2\\1\\0\\0\\0x'", "answers nonsense" },
		{ "printf '\\3\\11\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0'",
		  "answers nonsense" },
		{ "printf '\\1\\377\\377\\377\\377'", "answers nonsense" },
		{ "printf '\\5\\1\\0\\0\\0\\7'", "answers nonsense" },
		{ "printf '\\5\\1\\0\\0'", "ended too early" },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ingest_by(b, cases[i].script);
		assert_heard(b, cases[i].told);
		assert_int_equal(b->stats.inputs_failed, 1);
		assert_int_equal(b->writer.count, 0);
	}
}

static void a_member_of_a_reader_that_dies_is_told_too(void **state)
{
	struct bench *b = *state;

	ingest_by(b, "printf '\\1\\12\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0n'\n"
	             "printf '\\2\\11\\0\\0\\0{\"id\":1}\\n'\n"
	             "kill -9 $$");
	assert_heard(b, "W x.a/n: its confined reader was killed by signal 9");
	assert_heard(b, "W x.a: its confined reader was killed by signal 9");
}

static void a_reader_that_is_not_there_is_told(void **state)
{
	struct bench *b = *state;

	b->opt.worker = "/nowhere/worker";
	put(b, "x.a", "!<arch>\n", 8);
	assert_int_equal(ingest(b), 0);
	assert_heard(b, "W x.a: its reader cannot be started: No such file or "
	                "directory");
	assert_int_equal(b->stats.inputs_failed, 1);
}

static void notes_of_a_reader_are_few_and_clean(void **state)
{
	struct bench *b = *state;
	size_t count = 0;

	ingest_by(b, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do\n"
	             "printf '\\4\\4\\0\\0\\0a\\n\\33\\377'; done\n"
	             "printf '\\5\\1\\0\\0\\0\\0'");
	assert_heard(b, "N x.a: a??\xef\xbf\xbd\n");
	for (const char *at = b->said; *at != '\0'; at++)
		count += *at == '\n';
	assert_int_equal(count, 8);
	assert_int_equal(b->stats.inputs_failed, 0);
}

/* It is asked to stop while it waits for a reader that says nothing. */
static void waiting_for_a_reader_can_be_stopped(void **state)
{
	struct bench *b = *state;
	time_t begin = time(NULL);

	b->stop_after = 4;
	ingest_by(b, "exec sleep 60");
	assert_true(b->stats.stopped);
	assert_true(time(NULL) - begin < 20);
	assert_not_heard(b, "W ");
	b->polls = 0;
	ingest_by(b, "printf '\\1\\12\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0n'\n"
	             "exec sleep 60");
	assert_true(b->stats.stopped);
	assert_not_heard(b, "W ");
}

static void every_failing_allocation_is_survived(void **state)
{
	struct bench *b = *state;
	const struct member inner[] = { lines, text };
	unsigned long fired = 1;
	struct member m;

	make(b, "zip", NULL, NULL, inner, 2);
	m = nested(b, "in.zip");
	make(b, "ustar", "gzip", NULL, &m, 1);
	put(b, "x.tgz", b->bundle, b->len);
	for (long n = 0; fired > 0 && n < 400; n++) {
		int r;

		alloc_fail_after(n, false);
		r = ingest(b);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		assert_true(r == 0 || r == FICHE_ERR_NOMEM);
	}
	assert_int_equal(fired, 0);
	assert_int_equal(ingest(b), 0);
	assert_int_equal(b->writer.count, 3);
	unnest(&m);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(members_of_all_kinds_of_bundles_are_read),
		TEST(an_empty_bundle_has_no_members),
		TEST(joined_tars_are_read_to_the_last),
		TEST(a_member_is_read_like_any_file),
		TEST(too_deep_a_bundle_is_kept_as_a_file),
		TEST(a_document_that_is_a_zip_stays_one),
		TEST(a_file_that_only_begins_like_a_bundle_is_none),
		TEST(names_are_labels_and_no_paths),
		TEST(names_in_utf8_stay_as_they_are),
		TEST(what_is_no_file_is_counted),
		TEST(encrypted_members_are_told_and_left_out),
		TEST(of_a_wacz_the_web_archives_are_read),
		TEST(too_long_a_file_does_not_end_the_bundle),
		TEST(more_members_than_allowed_end_the_bundle),
		TEST(more_bytes_than_allowed_end_the_bundle),
		TEST(a_bomb_is_stopped_whatever_it_is),
		TEST(a_bundle_cut_anywhere_gives_what_is_whole),
		TEST(what_is_cut_off_is_told),
		TEST(flipped_bytes_never_break_the_reading),
		TEST(a_wrong_checksum_leaves_a_page_out),
		TEST(a_reader_that_fails_is_told),
		TEST(a_member_of_a_reader_that_dies_is_told_too),
		TEST(a_reader_that_is_not_there_is_told),
		TEST(notes_of_a_reader_are_few_and_clean),
		TEST(waiting_for_a_reader_can_be_stopped),
		TEST(every_failing_allocation_is_survived),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
