/* SPDX-License-Identifier: Apache-2.0 */
/* test_ingest.c - what the writer gets, and what the user is told. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/alloc.h"
#include "fiche/ingest.h"
#include "support/fake_writer.h"

#define PATHS_MAX 64

struct bench {
	char dir[256];
	char path[512]; /* of the last at() */
	char *made[PATHS_MAX];
	size_t made_count;
	struct fiche_writer writer;
	struct fiche_ingest_options opt;
	struct fiche_ingest_stats stats;
	struct fiche_error err;
	char said[8192]; /* "N where: what\n" or "W where: what\n" */
	char oversize[65536];
	size_t oversize_len;
	unsigned oversize_ends;
	unsigned polls, stop_after;
	uint64_t progress;
};

static void hear(void *ctx, enum fiche_ingest_level level, const char *where,
                 const char *what)
{
	struct bench *b = ctx;
	size_t used = strlen(b->said);
	const char *slash = strstr(where, b->dir) == where
	                            ? where + strlen(b->dir) + 1
	                            : where;

	(void)snprintf(b->said + used, sizeof(b->said) - used, "%c %s: %s\n",
	               level == FICHE_INGEST_NOTE ? 'N' : 'W', slash, what);
}

static void collect(void *ctx, const void *bytes, size_t len)
{
	struct bench *b = ctx;

	if (len == 0)
		b->oversize_ends++;
	assert_true(b->oversize_len + len <= sizeof(b->oversize));
	memcpy(b->oversize + b->oversize_len, bytes, len);
	b->oversize_len += len;
}

static bool stop(void *ctx)
{
	struct bench *b = ctx;

	return b->stop_after > 0 && ++b->polls >= b->stop_after;
}

static void progress(void *ctx, uint64_t done, uint64_t total)
{
	struct bench *b = ctx;

	(void)total;
	b->progress = done;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	const char *tmp = getenv("TMPDIR");

	if (b == NULL)
		return -1;
	(void)snprintf(b->dir, sizeof(b->dir), "%s/fiche-ingest-XXXXXX",
	               tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(b->dir) == NULL)
		return -1;
	b->opt.message = hear;
	b->opt.oversize = collect;
	b->opt.stop = stop;
	b->opt.progress = progress;
	b->opt.ctx = b;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	while (b->made_count > 0) {
		char *path = b->made[--b->made_count];

		if (unlink(path) != 0)
			(void)rmdir(path);
		free(path);
	}
	(void)rmdir(b->dir);
	fake_writer_reset(&b->writer);
	free(b);
	return 0;
}

/* The full path of `name`, to be removed in the end. */
static const char *at(struct bench *b, const char *name)
{
	(void)snprintf(b->path, sizeof(b->path), "%s/%s", b->dir, name);
	assert_true(b->made_count < PATHS_MAX);
	b->made[b->made_count] = strdup(b->path);
	assert_non_null(b->made[b->made_count]);
	b->made_count++;
	return b->path;
}

static void put(struct bench *b, const char *name, const void *bytes,
                size_t len)
{
	FILE *f = fopen(at(b, name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void put_text(struct bench *b, const char *name, const char *text)
{
	put(b, name, text, strlen(text));
}

static void put_folder(struct bench *b, const char *name)
{
	assert_int_equal(mkdir(at(b, name), 0777), 0);
}

static void put_link(struct bench *b, const char *name, const char *target)
{
	assert_int_equal(symlink(target, at(b, name)), 0);
}

/* Read one path relative to the bench ("" is the bench itself). */
static int ingest(struct bench *b, const char *name)
{
	struct fiche_ingest *in;
	char path[600];
	int r;

	(void)snprintf(path, sizeof(path), "%s%s%s", b->dir,
	               name[0] != '\0' ? "/" : "", name);
	r = fiche_ingest_new(&in, &b->writer, &b->opt, &b->err);
	if (r == 0) {
		r = fiche_ingest_path(in, path, &b->stats, &b->err);
		/* The names must last until now. */
		if (r == 0 && !b->writer.fail_commit)
			(void)fiche_writer_commit(&b->writer, NULL);
	}
	fiche_ingest_free(in);
	return r;
}

static void assert_heard(struct bench *b, const char *what)
{
	if (strstr(b->said, what) == NULL)
		fail_msg("not said: \"%s\" but:\n%s", what, b->said);
}

static void assert_record(struct bench *b, size_t i, const char *bytes,
                          uint64_t line)
{
	assert_true(i < b->writer.count);
	assert_string_equal(b->writer.records[i].bytes, bytes);
	assert_int_equal(b->writer.records[i].len, strlen(bytes));
	assert_int_equal(b->writer.records[i].line, line);
}

static void assert_card(struct bench *b, size_t i, const char *card)
{
	assert_true(i < b->writer.count);
	assert_non_null(b->writer.records[i].card);
	assert_string_equal(b->writer.records[i].card, card);
}

/* Enough lines that no compressor holds them in one buffer. */
static char *many_lines(size_t count, size_t *len)
{
	char *text = malloc(count * 128);
	uint32_t noise = 1;
	size_t i, n = 0;

	assert_non_null(text);
	for (i = 0; i < count; i++) {
		noise = noise * 1664525 + 1013904223;
		n += (size_t)sprintf(
			text + n,
			"{\"id\":%zu,\"title\":\"Flood %08x\",\"text\":\"The "
			"river %u rose by %u cm.\"}\n",
			i, noise, noise >> 7, noise >> 22);
	}
	*len = n;
	return text;
}

enum { PACKED_MAX = 1 << 20 };

static size_t compress(char *out, const char *codec, const void *bytes,
                       size_t len)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t used = 0;

	assert_non_null(a);
	assert_non_null(e);
	assert_int_equal(archive_write_add_filter_by_name(a, codec),
	                 ARCHIVE_OK);
	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	assert_int_equal(archive_write_set_bytes_in_last_block(a, 1),
	                 ARCHIVE_OK);
	assert_int_equal(archive_write_open_memory(a, out, PACKED_MAX, &used),
	                 ARCHIVE_OK);
	archive_entry_set_filetype(e, AE_IFREG);
	assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, bytes, len), len);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(e);
	(void)archive_write_free(a);
	return used;
}

static const char *const codecs[] = { "gzip", "zstd", "xz", "bzip2", "lz4" };
#define CODECS (sizeof(codecs) / sizeof(codecs[0]))

static void lines_come_one_by_one_with_their_numbers(void **state)
{
	struct bench *b = *state;

	put_text(b, "a.jsonl", "{\"id\":1}\n{\"id\":2}\nnot json\n");
	assert_int_equal(ingest(b, "a.jsonl"), 0);
	assert_int_equal(b->writer.count, 3);
	assert_record(b, 0, "{\"id\":1}", 1);
	assert_record(b, 1, "{\"id\":2}", 2);
	assert_record(b, 2, "not json", 3);
	assert_null(b->writer.records[0].card);
	assert_int_equal(b->stats.records, 3);
	assert_int_equal(b->stats.inputs, 1);
	assert_int_equal(b->stats.bytes, 27);
	assert_int_equal(b->progress, 27);
	assert_string_equal(b->said, "");
}

static void a_last_line_needs_no_line_end(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "{\"id\":1}\n{\"id\":2}");
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->writer.count, 2);
	assert_record(b, 1, "{\"id\":2}", 2);
}

static void a_byte_order_mark_is_skipped_and_told(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "\xef\xbb\xbf{\"id\":1}\n{\"id\":2}\n");
	assert_int_equal(ingest(b, "a"), 0);
	assert_record(b, 0, "{\"id\":1}", 1);
	assert_heard(b, "N a: begins with a byte order mark");
}

static void a_carriage_return_belongs_to_the_record(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "{\"id\":1}\r\n\r\n{\"id\":2}\r\n");
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->writer.count, 2);
	assert_record(b, 0, "{\"id\":1}\r", 1);
	assert_record(b, 1, "{\"id\":2}\r", 3);
	assert_int_equal(b->stats.blank_lines, 1);
}

static void blank_lines_are_counted_and_nothing_else(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "\n \t\n{\"id\":1}\n\n\n");
	put_text(b, "b", "\n\n  \n");
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->writer.count, 1);
	assert_record(b, 0, "{\"id\":1}", 3);
	assert_int_equal(b->stats.blank_lines, 4);
	assert_int_equal(ingest(b, "b"), 0);
	assert_int_equal(b->writer.count, 1);
	assert_int_equal(b->stats.blank_lines, 7);
}

static void a_line_over_the_limit_goes_to_oversize_whole(void **state)
{
	struct bench *b = *state;
	char text[3000];

	memset(text, 'x', sizeof(text));
	memcpy(text, "{\"a\":1}\n{\"b\":\"", 14);
	memcpy(text + 2000, "\"}\n{\"c\":3}\n", 12);
	put_text(b, "a", text);
	b->opt.record_max = 1000;
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->writer.count, 2);
	assert_record(b, 1, "{\"c\":3}", 3);
	assert_int_equal(b->stats.too_long, 1);
	assert_int_equal(b->oversize_len, 2002 - 8);
	assert_memory_equal(b->oversize, text + 8, 2002 - 8);
	assert_int_equal(b->oversize_ends, 1);
	assert_heard(b, "W a:2: longer than 1000 bytes: left out");
}

static void the_limit_itself_is_allowed(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "{\"id\":1}\n{\"id\":12}\n{\"id\":3}");
	b->opt.record_max = 8;
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->writer.count, 2);
	assert_int_equal(b->stats.too_long, 1);
	assert_memory_equal(b->oversize, "{\"id\":12}", 9);
}

static void a_line_far_longer_than_memory_streams_through(void **state)
{
	struct bench *b = *state;
	size_t len = (size_t)3 << 20;
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, 'x', len);
	memcpy(text, "{\"b\":\"", 6);
	memcpy(text + len - 12, "\"}\n{\"c\":3}\n", 11);
	text[len - 1] = '\n';
	put(b, "a", text, len);
	free(text);
	b->opt.record_max = 1 << 16;
	b->opt.oversize = NULL;
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->stats.too_long, 1);
	assert_int_equal(b->writer.count, 1);
	assert_record(b, 0, "{\"c\":3}", 2);
}

static void a_file_over_the_limit_is_told_and_the_next_is_read(void **state)
{
	struct bench *b = *state;

	put_folder(b, "f");
	put_text(b, "f/a.txt", "A story that is too long for this limit.\n");
	put_text(b, "f/b.txt", "A short one.\n");
	b->opt.record_max = 20;
	assert_int_equal(ingest(b, "f"), 0);
	assert_int_equal(b->writer.count, 1);
	assert_int_equal(b->stats.too_long, 1);
	assert_heard(b, "W f/a.txt: longer than 20 bytes: left out");
	assert_int_equal(b->stats.inputs_failed, 0);
}

static void every_compression_is_undone_by_content(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t len, i;
	char *text = many_lines(4000, &len);

	assert_non_null(packed);
	for (i = 0; i < CODECS; i++) {
		size_t n = compress(packed, codecs[i], text, len);

		memset(&b->stats, 0, sizeof(b->stats));
		put(b, codecs[i], packed, n);
		assert_int_equal(ingest(b, codecs[i]), 0);
		assert_string_equal(b->said, "");
		assert_int_equal(b->stats.records, 4000);
		assert_int_equal(b->stats.bytes, len);
		assert_int_equal(b->stats.inputs_failed, 0);
	}
	assert_int_equal(b->writer.count, 4000 * CODECS);
	free(text);
	free(packed);
}

static void members_may_follow_one_another(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(2 * PACKED_MAX);
	size_t i;

	assert_non_null(packed);
	for (i = 0; i < CODECS; i++) {
		size_t n = compress(packed, codecs[i], "{\"id\":1}\n", 9);

		n += compress(packed + n, codecs[i], "{\"id\":2}\n{\"id\"", 14);
		n += compress(packed + n, codecs[i], ":3}\n", 4);
		memset(&b->stats, 0, sizeof(b->stats));
		put(b, codecs[i], packed, n);
		assert_int_equal(ingest(b, codecs[i]), 0);
		assert_string_equal(b->said, "");
		assert_int_equal(b->stats.records, 3);
		assert_record(b, 3 * i + 2, "{\"id\":3}", 3);
	}
	free(packed);
}

static void nothing_compressed_is_an_empty_input(void **state)
{
	/* libarchive's writer crashes when it should write this. */
	static const char lz4[] = "\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0"
				  "\x05\x5d\xcc\x02";
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t i;

	assert_non_null(packed);
	for (i = 0; i < CODECS; i++) {
		if (strcmp(codecs[i], "lz4") == 0)
			put(b, "lz4", lz4, sizeof(lz4) - 1);
		else
			put(b, codecs[i], packed,
			    compress(packed, codecs[i], "", 0));
		b->said[0] = '\0';
		assert_int_equal(ingest(b, codecs[i]), 0);
		assert_heard(b, "is empty");
	}
	assert_int_equal(b->stats.inputs_failed, 0);
	assert_int_equal(b->writer.count, 0);
	free(packed);
}

static void a_gzip_cut_in_half_keeps_the_first_records(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t len, n, i;
	char *text = many_lines(200, &len);

	assert_non_null(packed);
	/* Small enough that libarchive's filter would give nothing at all. */
	n = compress(packed, "gzip", text, len);
	assert_true(len < 65536);
	put(b, "a.gz", packed, n / 2);
	assert_int_equal(ingest(b, "a.gz"), 0);
	assert_true(b->writer.count > 50);
	for (i = 0; i + 1 < b->writer.count; i++)
		assert_int_equal(b->writer.records[i]
		                         .bytes[b->writer.records[i].len - 1],
		                 '}');
	assert_int_equal(b->stats.inputs_failed, 1);
	assert_heard(b, "W a.gz: the gzip data is cut short at byte ");
	free(text);
	free(packed);
}

static void every_stream_cut_anywhere_ends_in_one_complaint(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t len, i;
	char *text = many_lines(30, &len);

	assert_non_null(packed);
	for (i = 0; i < CODECS; i++) {
		size_t n = compress(packed, codecs[i], text, len), cut;

		for (cut = 10; cut < n; cut += 7) {
			b->said[0] = '\0';
			b->stats.inputs_failed = 0;
			b->made_count--;
			free(b->made[b->made_count]);
			put(b, "cut", packed, cut);
			assert_int_equal(ingest(b, "cut"), 0);
			if (b->stats.inputs_failed != 1)
				fail_msg("%s cut at %zu of %zu: %s", codecs[i],
				         cut, n, b->said);
		}
	}
	free(text);
	free(packed);
}

static int setup_cut(void **state)
{
	int r = setup(state);

	if (r == 0)
		(void)at(*state, "cut");
	return r;
}

static void a_damaged_stream_names_the_place(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t len, i;
	char *text = many_lines(4000, &len);

	assert_non_null(packed);
	for (i = 0; i < CODECS; i++) {
		size_t n = compress(packed, codecs[i], text, len);

		/* Much: zstd without its checksum overlooks a few bytes. */
		memset(packed + n / 2, 0xa5, n / 3);
		memset(&b->stats, 0, sizeof(b->stats));
		b->said[0] = '\0';
		put(b, codecs[i], packed, n);
		assert_int_equal(ingest(b, codecs[i]), 0);
		if (b->stats.inputs_failed != 1)
			fail_msg("%s: %s", codecs[i], b->said);
		assert_heard(b, "damaged");
		assert_heard(b, "byte ");
	}
	free(text);
	free(packed);
}

static void bytes_behind_a_member_are_a_complaint_but_zeros_are_not(
	void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t n;

	assert_non_null(packed);
	n = compress(packed, "gzip", "{\"id\":1}\n", 9);
	memset(packed + n, 0, 512);
	put(b, "zeros", packed, n + 512);
	memcpy(packed + n, "junk", 4);
	put(b, "junk", packed, n + 4);
	assert_int_equal(ingest(b, "zeros"), 0);
	assert_string_equal(b->said, "");
	assert_int_equal(ingest(b, "junk"), 0);
	assert_heard(b, "W junk: the gzip data is damaged (");
	assert_int_equal(b->writer.count, 2);
	free(packed);
}

static void a_cut_page_is_left_out(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	const char *page = "<html><title>A title</title><p>A long story";
	size_t n;

	assert_non_null(packed);
	n = compress(packed, "gzip", page, strlen(page));
	put(b, "a.html.gz", packed, n - 9);
	assert_int_equal(ingest(b, "a.html.gz"), 0);
	assert_int_equal(b->writer.count, 0);
	assert_heard(b, ": left out");
	assert_int_equal(b->stats.inputs_failed, 1);
	free(packed);
}

static void a_compressed_page_keeps_its_name(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	const char *page = "<html><title>A title</title><p>Story";

	assert_non_null(packed);
	put_folder(b, "f");
	put(b, "f/a.html.gz", packed,
	    compress(packed, "gzip", page, strlen(page)));
	assert_int_equal(ingest(b, "f"), 0);
	assert_record(b, 0, page, 0);
	assert_card(b, 0,
	            "{\"path\":\"f/a.html.gz\",\"type\":\"text/html\","
	            "\"title\":\"A title\"}");
	free(packed);
}

static void a_folder_is_read_in_byte_order(void **state)
{
	static const char *const order[] = { "f/B",       "f/a",       "f/a-b",
		                             "f/a.d/x",   "f/a.d/y/z", "f/b",
		                             "f/\xc3\xa9" };
	struct bench *b = *state;
	size_t i;

	put_folder(b, "f");
	put_folder(b, "f/a.d");
	put_folder(b, "f/a.d/y");
	put_folder(b, "f/empty");
	for (i = 7; i-- > 0;)
		put_text(b, order[i], "text\n");
	assert_int_equal(ingest(b, "f"), 0);
	assert_int_equal(b->writer.count, 7);
	for (i = 0; i < 7; i++) {
		char card[200];

		(void)snprintf(card, sizeof(card),
		               "{\"path\":\"%s\",\"type\":\"text/plain\","
		               "\"title\":\"text\"}",
		               order[i]);
		assert_card(b, i, card);
	}
}

static void a_label_says_nothing_of_dots_and_slashes(void **state)
{
	struct bench *b = *state;

	put_folder(b, "f");
	put_text(b, "f/a", "text\n");
	assert_int_equal(ingest(b, "f//"), 0);
	assert_int_equal(ingest(b, "f/."), 0);
	assert_int_equal(ingest(b, "f/../f"), 0);
	assert_card(b, 0,
	            "{\"path\":\"f/a\",\"type\":\"text/plain\","
	            "\"title\":\"text\"}");
	assert_card(b, 1,
	            "{\"path\":\"a\",\"type\":\"text/plain\","
	            "\"title\":\"text\"}");
	assert_card(b, 2,
	            "{\"path\":\"f/a\",\"type\":\"text/plain\","
	            "\"title\":\"text\"}");
}

static void links_to_folders_are_not_followed(void **state)
{
	struct bench *b = *state;

	put_folder(b, "f");
	put_text(b, "f/a", "{\"id\":1}\n");
	put_link(b, "f/link", "a");
	put_link(b, "f/loop", ".");
	put_link(b, "f/self", "self");
	put_link(b, "f/void", "nowhere");
	put_link(b, "top", "f");
	assert_int_equal(ingest(b, "f"), 0);
	assert_int_equal(b->writer.count, 2);
	assert_heard(b, "N f/loop: is a link to a folder");
	assert_heard(b, "W f/self: is a link that leads nowhere");
	assert_heard(b, "W f/void: is a link that leads nowhere");
	assert_int_equal(b->stats.inputs_failed, 2);
	assert_int_equal(b->stats.inputs, 2);
	/* Named by the user, it is meant. */
	assert_int_equal(ingest(b, "top"), 0);
	assert_int_equal(b->writer.count, 4);
}

static void what_is_no_file_is_told_and_the_rest_is_read(void **state)
{
	struct bench *b = *state;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	put_folder(b, "f");
	assert_int_equal(mkfifo(at(b, "f/fifo"), 0600), 0);
	put_link(b, "f/null", "/dev/null");
	put_text(b, "f/z", "{\"id\":1}\n");
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s",
	               at(b, "f/socket"));
	assert_int_equal(bind(s, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(ingest(b, "f"), 0);
	(void)close(s);
	assert_int_equal(b->writer.count, 1);
	assert_int_equal(b->stats.inputs_failed, 3);
	assert_heard(b, "W f/fifo: a pipe inside a folder is not read");
	assert_heard(b, "W f/null: is a device");
	assert_heard(b, "W f/socket: is a socket");
	assert_int_equal(ingest(b, "missing"), 0);
	assert_heard(b, "W missing: cannot be read: No such file");
	assert_int_equal(b->stats.inputs_failed, 4);
}

static void an_unreadable_file_is_told(void **state)
{
	struct bench *b = *state;

	if (geteuid() == 0)
		skip(); /* root reads everything */
	put_folder(b, "f");
	put_text(b, "f/a", "secret\n");
	assert_int_equal(chmod(b->path, 0), 0);
	put_text(b, "f/b", "text\n");
	assert_int_equal(ingest(b, "f"), 0);
	assert_int_equal(b->writer.count, 1);
	assert_heard(b, "W f/a: cannot be opened: Permission denied");
	assert_int_equal(b->stats.inputs_failed, 1);
}

static void a_read_error_ends_only_that_input(void **state)
{
	struct bench *b = *state;

	/* A regular file whose first page cannot be read. */
	if (access("/proc/self/mem", R_OK) != 0)
		skip();
	put_folder(b, "f");
	put_link(b, "f/a", "/proc/self/mem");
	put_text(b, "f/b", "text\n");
	assert_int_equal(ingest(b, "f"), 0);
	assert_int_equal(b->writer.count, 1);
	assert_heard(b, "W f/a: reading failed at byte 0: ");
	assert_int_equal(b->stats.inputs_failed, 1);
}

static void the_archive_itself_is_not_read(void **state)
{
	struct bench *b = *state;
	char own[300];
	const char *exclude[] = { "/nowhere/at/all", own, NULL };

	put_text(b, "a", "text\n");
	put_text(b, "own", "text\n");
	(void)snprintf(own, sizeof(own), "%s/./own", b->dir);
	b->opt.exclude = exclude;
	assert_int_equal(ingest(b, ""), 0);
	assert_int_equal(b->writer.count, 1);
	assert_heard(b, "N own: is being written by this run");
}

static void an_empty_file_is_no_record(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "");
	put_text(b, "b", "\xef\xbb\xbf");
	assert_int_equal(ingest(b, ""), 0);
	assert_int_equal(b->stats.inputs, 2);
	assert_int_equal(b->writer.count, 0);
	assert_string_equal(b->said, "N a: is empty\nN b: is empty\n");
}

static void bytes_that_are_nothing_known_are_kept_as_a_file(void **state)
{
	struct bench *b = *state;
	const char bytes[] = "a\0b\0\x01\x02\xff\n\0";

	put(b, "a.jsonl", bytes, sizeof(bytes));
	assert_int_equal(ingest(b, "a.jsonl"), 0);
	assert_int_equal(b->writer.records[0].len, sizeof(bytes));
	assert_memory_equal(b->writer.records[0].bytes, bytes, sizeof(bytes));
	assert_non_null(strstr(b->writer.records[0].card,
	                       "\"type\":\"application/octet-stream\"}"));
	assert_heard(b, "N a.jsonl: is no kind of file that is read");
}

/* Content, name, type (NULL: lines of JSON), title (NULL: none). */
static const struct {
	const char *name, *content, *type, *title;
} kinds[] = {
	{ "a", "{\"a\":1}", NULL, NULL },
	{ "b.html", " {\"a\":\"<html>\"}\n{", NULL, NULL },
	{ "c.jsonl", "{\"a\":1,,}\n", NULL, NULL },
	{ "c.NDJSON.gz", "{\"a\":1,,}\n", NULL, NULL },
	{ "d", "ut off\"}\n{\"a\":1}\n{\"a\":2}\n", NULL, NULL },
	{ "e", "{\n \"a\": 1\n}\n", NULL, NULL },
	{ "f", "[{\"a\":1},\n{\"a\":2}]\n", NULL, NULL },
	{ "f2", "[]", "application/json", NULL },
	{ "g", "[Update] The mayor\n", "text/plain", "[Update] The mayor" },
	{ "g2", "{{cite web}}\n", "text/plain", "{{cite web}}" },
	{ "g3", "[1] The mayor\n", "text/plain", "[1] The mayor" },
	{ "h", "<!DOCTYPE HTML><p>x", "text/html", NULL },
	{ "i",
	  "<!-- x --><Html><TITLE lang=de>\n A &amp; B&#8211;&#x43;&nbsp;"
	  "D &foo; </TITLE>",
	  "text/html",
	  "A & B\xe2\x80\x93"
	  "C D &foo;" },
	{ "j",
	  "<?xml version='1.0'?><html xmlns='x'><!-- <title>no</title> -->"
	  "<head><titles/><title>Yes</title>",
	  "text/html", "Yes" },
	{ "k", "junk <body class=x>", "text/html", NULL },
	{ "l.htm", "<p>A fragment", "text/html", NULL },
	{ "m", "<p>A fragment", "text/plain", "<p>A fragment" },
	{ "n", "<?xml version='1.0'?><rss/>", "application/xml", NULL },
	{ "o", "<header>x</header>", "text/plain", "<header>x</header>" },
	{ "p", "<html><title>\xcf\xee</title>", "text/html",
	  "\xd0\x9f\xd0\xbe" },
	{ "q", "\r\n  A   headline\t\r\nAnd text.", "text/plain",
	  "A headline" },
	{ "r", "\xcf\xf0\xe8\xe2\xe5\xf2\n", "text/plain",
	  "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" },
	{ "s", "\xef\xbb\xbfHeadline\n", "text/plain", "Headline" },
	{ "t",
	  "\xff\xfe"
	  "A\0b",
	  "text/plain", NULL },
	{ "u", "<html><title>&#0;&#xd800;&#99999999999;&#;&#x;&</title>",
	  "text/html", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&#;&#x;&" },
	{ "v", "<html><title> </title>", "text/html", NULL },
	{ "w", "<html><title>never closed", "text/html", "never closed" },
};

static void what_a_file_is_its_content_decides(void **state)
{
	struct bench *b = *state;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t first = b->writer.count;
		char want[300], *card;

		put_text(b, kinds[i].name, kinds[i].content);
		assert_int_equal(ingest(b, kinds[i].name), 0);
		assert_true(b->writer.count > first);
		card = b->writer.records[first].card;
		if ((card == NULL) != (kinds[i].type == NULL))
			fail_msg("%s: %s", kinds[i].name,
			         card != NULL ? card : "lines");
		if (card == NULL)
			continue;
		(void)snprintf(want, sizeof(want),
		               "%s\",\"type\":\"%s\"%s%s%s}", kinds[i].name,
		               kinds[i].type,
		               kinds[i].title != NULL ? ",\"title\":\"" : "",
		               kinds[i].title != NULL ? kinds[i].title : "",
		               kinds[i].title != NULL ? "\"" : "");
		assert_string_equal(strstr(card, b->dir) + strlen(b->dir) + 1,
		                    want);
		assert_string_equal(b->writer.records[first].bytes,
		                    kinds[i].content);
	}
}

static void a_long_first_line_is_no_headline(void **state)
{
	struct bench *b = *state;
	char text[402];

	memset(text, 'x', sizeof(text));
	text[401] = '\0';
	put_text(b, "a", text);
	text[400] = '\0';
	memset(text, '\xc3', 1);
	for (size_t i = 0; i < 400; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	put_text(b, "b", text);
	assert_int_equal(ingest(b, ""), 0);
	assert_null(strstr(b->writer.records[0].card, "title"));
	/* 200 characters, though 400 bytes. */
	assert_non_null(strstr(b->writer.records[1].card, "\"title\":\"\xc3"));
}

static void a_first_line_longer_than_the_window_is_read_as_lines(void **state)
{
	struct bench *b = *state;
	size_t len = 200000;
	char *text = malloc(len + 1);

	assert_non_null(text);
	memset(text, 'x', len);
	memcpy(text, "{ \"text\":\"", 10);
	memcpy(text + len - 11, "\"}\n{\"c\":3}\n", 11);
	text[len] = '\0';
	put(b, "a", text, len);
	assert_int_equal(ingest(b, "a"), 0);
	assert_int_equal(b->writer.count, 2);
	assert_int_equal(b->writer.records[0].len, len - 9);
	assert_record(b, 1, "{\"c\":3}", 2);
	free(text);
}

static void odd_names_become_valid_utf8_in_the_card(void **state)
{
	struct bench *b = *state;

	put_folder(b, "f");
	put_text(b,
	         "f/a\"\\\n\xff"
	         "b",
	         "text\n");
	assert_int_equal(ingest(b, "f"), 0);
	assert_card(b, 0,
	            "{\"path\":\"f/a\\\"\\\\\\n\xef\xbf\xbd"
	            "b\","
	            "\"type\":\"text/plain\",\"title\":\"text\"}");
	assert_non_null(strstr(b->writer.records[0].file, "/f/a\"\\\n\xff"
	                                                  "b"));
}

/* Write the strings of `parts` to the FIFO, `ms` apart, in another process. */
static pid_t write_slowly(const char *path, const char *const *parts, long ms)
{
	struct timespec pause = { ms / 1000, (ms % 1000) * 1000000 };
	pid_t pid = fork();
	int fd;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	fd = open(path, O_WRONLY);
	for (; *parts != NULL; parts++) {
		if (write(fd, *parts, strlen(*parts)) < 0)
			_exit(1);
		(void)nanosleep(&pause, NULL);
	}
	_exit(0);
}

static size_t count_at_first_commit;

static void note_commit(struct fiche_writer *w)
{
	if (w->commits == 1)
		count_at_first_commit = w->count;
}

static void a_slow_fifo_is_committed_while_it_waits(void **state)
{
	static const char *const parts[] = { "{\"id\":1}\n", "{\"id\":2}\n{",
		                             "\"id\":3}\n", NULL };
	struct bench *b = *state;
	pid_t pid;

	assert_int_equal(mkfifo(at(b, "fifo"), 0600), 0);
	b->opt.checkpoint_seconds = 1;
	b->writer.on_commit = note_commit;
	count_at_first_commit = 0;
	pid = write_slowly(b->path, parts, 800);
	assert_int_equal(ingest(b, "fifo"), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(b->writer.count, 3);
	assert_record(b, 2, "{\"id\":3}", 3);
	assert_int_equal(count_at_first_commit, 2);
}

static void a_stop_ends_the_waiting_and_drops_half_a_line(void **state)
{
	static const char *const parts[] = { "{\"id\":1}\n{\"id\"", NULL };
	struct bench *b = *state;
	pid_t pid;

	assert_int_equal(mkfifo(at(b, "fifo"), 0600), 0);
	b->stop_after = 6;
	pid = write_slowly(b->path, parts, 60000);
	assert_int_equal(ingest(b, "fifo"), 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(b->stats.stopped);
	assert_int_equal(b->writer.count, 1);
	assert_int_equal(b->stats.inputs_failed, 0);
	assert_string_equal(b->said, "");
}

static void a_stop_inside_a_compressed_file_is_no_damage(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t len, i;
	char *text = many_lines(10000, &len);

	assert_non_null(packed);
	for (i = 0; i < CODECS; i++) {
		put(b, codecs[i], packed,
		    compress(packed, codecs[i], text, len));
		memset(&b->stats, 0, sizeof(b->stats));
		b->polls = 0;
		b->stop_after = 2;
		assert_int_equal(ingest(b, codecs[i]), 0);
		assert_true(b->stats.stopped);
		assert_true(b->stats.records < 10000);
		assert_string_equal(b->said, "");
	}
	free(text);
	free(packed);
}

static void a_checkpoint_comes_after_so_many_bytes(void **state)
{
	struct bench *b = *state;
	size_t len;
	char *text = many_lines(1000, &len);

	put(b, "a", text, len);
	free(text);
	b->opt.checkpoint_bytes = len / 4;
	assert_int_equal(ingest(b, "a"), 0);
	assert_in_range(b->writer.commits, 4, 5);
}

static void names_outlive_checkpoints_and_inputs(void **state)
{
	struct bench *b = *state;
	char name[40];
	int i;

	put_folder(b, "f");
	for (i = 0; i < 40; i++) {
		(void)snprintf(name, sizeof(name), "f/%02d", i);
		put_text(b, name, "Text.\n");
	}
	b->opt.checkpoint_bytes = 20;
	/* The fake writer compares the names at each commit. */
	assert_int_equal(ingest(b, "f"), 0);
	assert_int_equal(b->writer.count, 40);
	assert_true(b->writer.commits >= 10);
}

static void failures_of_the_writer_come_back(void **state)
{
	struct bench *b = *state;

	put_text(b, "a", "{\"id\":1}\n");
	put_text(b, "b", "text");
	b->writer.fail_add = true;
	assert_int_equal(ingest(b, "a"), FICHE_ERR_IO);
	assert_int_equal(ingest(b, "b"), FICHE_ERR_IO);
	assert_string_equal(b->err.text, "the fake disk is full");
	b->writer.fail_add = false;
	b->writer.fail_commit = true;
	b->opt.checkpoint_bytes = 1;
	assert_int_equal(ingest(b, "a"), FICHE_ERR_IO);
	assert_string_equal(b->err.text, "the fake disk does not sync");
}

static void a_dry_run_counts_and_gives_nothing(void **state)
{
	struct bench *b = *state;
	struct fiche_ingest *in;

	put_text(b, "a", "{\"id\":1}\n\n{\"id\":2}\n");
	put_text(b, "b", "text");
	b->opt.dry_run = true;
	b->opt.checkpoint_bytes = 1;
	assert_int_equal(fiche_ingest_new(&in, NULL, &b->opt, &b->err), 0);
	assert_int_equal(fiche_ingest_path(in, b->dir, &b->stats, &b->err), 0);
	fiche_ingest_free(in);
	assert_int_equal(b->stats.records, 3);
	assert_int_equal(b->stats.blank_lines, 1);
	b->opt.dry_run = false;
	assert_int_equal(fiche_ingest_new(&in, NULL, &b->opt, &b->err),
	                 FICHE_ERR_ARG);
	assert_null(in);
}

static void standard_input_is_a_dash(void **state)
{
	struct bench *b = *state;
	struct fiche_ingest *in;
	int ends[2], saved = dup(STDIN_FILENO);

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "{\"id\":1}\n", 9), 9);
	(void)close(ends[1]);
	assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
	(void)close(ends[0]);
	assert_int_equal(fiche_ingest_new(&in, &b->writer, &b->opt, &b->err),
	                 0);
	assert_int_equal(fiche_ingest_path(in, "-", &b->stats, &b->err), 0);
	fiche_ingest_free(in);
	if (saved >= 0) {
		(void)dup2(saved, STDIN_FILENO);
		(void)close(saved);
	}
	assert_record(b, 0, "{\"id\":1}", 1);
	assert_string_equal(b->writer.records[0].file, "-");
}

static void sizes_are_added_up_unless_a_pipe_hides_them(void **state)
{
	struct bench *b = *state;
	uint64_t bytes = 7;

	put_folder(b, "f");
	put_text(b, "f/a", "12345");
	put_text(b, "f/b", "123");
	assert_int_equal(fiche_ingest_measure(b->dir, &bytes, &b->err), 0);
	assert_int_equal(bytes, 8);
	assert_int_equal(mkfifo(at(b, "fifo"), 0600), 0);
	assert_int_equal(fiche_ingest_measure(b->path, &bytes, &b->err),
	                 FICHE_END);
	assert_int_equal(fiche_ingest_measure("-", &bytes, &b->err), FICHE_END);
	assert_int_equal(bytes, 8);
}

static void every_failing_allocation_is_reported(void **state)
{
	struct bench *b = *state;
	char *packed = malloc(PACKED_MAX);
	size_t len, i;
	char *text = many_lines(50, &len);
	bool once;

	assert_non_null(packed);
	put_folder(b, "f");
	put_folder(b, "f/g");
	put_text(b, "f/a", "<html><title>A</title>");
	put_text(b, "f/b", "\xef\xbb\xbf{\"id\":1}\n");
	put_link(b, "f/loop", ".");
	for (i = 0; i < CODECS; i++) {
		char name[40];

		(void)snprintf(name, sizeof(name), "f/g/%s", codecs[i]);
		put(b, name, packed, compress(packed, codecs[i], text, len));
	}
	for (once = true;; once = false) {
		long n;
		unsigned long fired = 1;

		for (n = 0; fired > 0; n++) {
			int r;

			memset(&b->stats, 0, sizeof(b->stats));
			b->said[0] = '\0';
			fake_writer_reset(&b->writer);
			alloc_fail_after(n, !once);
			r = ingest(b, "f");
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (r == 0) /* a place in a message may be missing */
				assert_int_equal(b->stats.records, 252);
			else
				assert_int_equal(r, FICHE_ERR_NOMEM);
		}
		assert_true(n > 20);
		if (!once)
			break;
	}
	free(text);
	free(packed);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_one_by_one_with_their_numbers),
		TEST(a_last_line_needs_no_line_end),
		TEST(a_byte_order_mark_is_skipped_and_told),
		TEST(a_carriage_return_belongs_to_the_record),
		TEST(blank_lines_are_counted_and_nothing_else),
		TEST(a_line_over_the_limit_goes_to_oversize_whole),
		TEST(the_limit_itself_is_allowed),
		TEST(a_line_far_longer_than_memory_streams_through),
		TEST(a_file_over_the_limit_is_told_and_the_next_is_read),
		TEST(every_compression_is_undone_by_content),
		TEST(members_may_follow_one_another),
		TEST(nothing_compressed_is_an_empty_input),
		TEST(a_gzip_cut_in_half_keeps_the_first_records),
		cmocka_unit_test_setup_teardown(
			every_stream_cut_anywhere_ends_in_one_complaint,
			setup_cut, teardown),
		TEST(a_damaged_stream_names_the_place),
		TEST(bytes_behind_a_member_are_a_complaint_but_zeros_are_not),
		TEST(a_cut_page_is_left_out),
		TEST(a_compressed_page_keeps_its_name),
		TEST(a_folder_is_read_in_byte_order),
		TEST(a_label_says_nothing_of_dots_and_slashes),
		TEST(links_to_folders_are_not_followed),
		TEST(what_is_no_file_is_told_and_the_rest_is_read),
		TEST(an_unreadable_file_is_told),
		TEST(a_read_error_ends_only_that_input),
		TEST(the_archive_itself_is_not_read),
		TEST(an_empty_file_is_no_record),
		TEST(bytes_that_are_nothing_known_are_kept_as_a_file),
		TEST(what_a_file_is_its_content_decides),
		TEST(a_long_first_line_is_no_headline),
		TEST(a_first_line_longer_than_the_window_is_read_as_lines),
		TEST(odd_names_become_valid_utf8_in_the_card),
		TEST(a_slow_fifo_is_committed_while_it_waits),
		TEST(a_stop_ends_the_waiting_and_drops_half_a_line),
		TEST(a_stop_inside_a_compressed_file_is_no_damage),
		TEST(a_checkpoint_comes_after_so_many_bytes),
		TEST(names_outlive_checkpoints_and_inputs),
		TEST(failures_of_the_writer_come_back),
		TEST(a_dry_run_counts_and_gives_nothing),
		TEST(standard_input_is_a_dash),
		TEST(sizes_are_added_up_unless_a_pipe_hides_them),
		TEST(every_failing_allocation_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
