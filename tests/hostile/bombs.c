/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bombs.c - small archives, with every checksum right, that ask for a lot: each
 * command that reads them ends soon, within little memory, and by itself.
 *
 * Usage: bombs, with the program in the environment variable FICHE.  Prints
 * TAP.
 *
 * An archive is made by the writer; then a block is replaced by one of the same
 * length, or something is added behind the last commit.
 */

/* wait4() tells what a process took. */
#define _DEFAULT_SOURCE 1

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zstd.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/sanitizer.h"
#include "fiche/fiche.h"
#include "format/block.h"
#include "format/commit.h"
#include "format/dict.h"
#include "format/section.h"
#include "support/articles.h"
#include "support/reseal.h"

#define MEMORY_MAX ((rlim_t)256 << 20)
/* Seconds.  Some are free: what is doubted is read again, and an article may
 * have 100 MiB. */
#define CPU_PER_MIB 5.0
#define CPU_FREE    4.0
#define RLE_MAX     ((uint64_t)128 << 10)
#define GIB         ((uint64_t)1 << 30)
#define MIB         ((uint64_t)1 << 20)

static char box[] = "/tmp/fiche-bombs.XXXXXX";

static void stop(const char *why)
{
	(void)printf("Bail out! %s\n", why);
	exit(1);
}

/* ---- An honest archive --------------------------------------------- */

static void read_file(struct buf *out, const char *path)
{
	FILE *f = fopen(path, "rb");
	char chunk[65536];
	size_t n;

	if (!f)
		stop("an archive that was made is not there");
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(out, chunk, n);
	(void)fclose(f);
}

/* `count` articles, with texts of so many letters that do not compress well. */
static void honest(struct buf *out, size_t count, size_t letters)
{
	struct fiche_writer_options opt = { .mode = FICHE_CREATE,
		                            .level = 1,
		                            .plain = true };
	struct fiche_writer *w = NULL;
	struct buf line = { 0 };
	uint64_t dice = 1;
	int r = fiche_writer_open(&w, "honest", &opt, NULL);

	for (size_t i = 0; i < count && r == 0; i++) {
		buf_clear(&line);
		buf_printf(&line,
		           "{\"id\":\"a%zu\",\"source\":\"s\",\"title\":\"A "
		           "bridge\",\"text\":\"",
		           i);
		for (size_t k = 0; k < letters; k++)
			buf_u8(&line, (uint8_t)(' ' + articles_random(&dice) %
			                                      64 * 1));
		for (size_t k = line.len - letters; k < line.len; k++)
			if (line.ptr[k] == '"' || line.ptr[k] == '\\')
				line.ptr[k] = '.';
		buf_text(&line, "\"}");
		r = fiche_writer_add_json(w, line.ptr, line.len, NULL, NULL);
	}
	if (r == 0)
		r = fiche_writer_commit(w, NULL);
	fiche_writer_close(w);
	buf_done(&line);
	if (r != 0)
		stop("no archive could be made");
	read_file(out, "honest");
	(void)unlink("honest");
}

/* The first section of a type. */
static struct section find(const struct buf *a, enum section_type type)
{
	struct section s;

	for (uint64_t at = 0; at + SECTION_HEADER_SIZE <= a->len;
	     at += section_size(&s)) {
		if (section_decode(&s, a->ptr + at, at, NULL, NULL) < 0)
			break;
		if (s.type == type)
			return s;
	}
	stop("a section is missing");
	exit(1);
}

/* ---- Frames -------------------------------------------------------- */

static void rle_block(struct buf *out, uint64_t len, bool last)
{
	uint32_t header = (uint32_t)len << 3 | 1u << 1 | last;

	buf_u8(out, (uint8_t)header);
	buf_u8(out, (uint8_t)(header >> 8));
	buf_u8(out, (uint8_t)(header >> 16));
	buf_u8(out, 'a');
}

/* Of `len` letters, as libzstd has it. */
static uint32_t checksum(uint64_t len)
{
	static char in[1 << 20], out[1 << 20];
	ZSTD_CCtx *c = ZSTD_createCCtx();
	uint32_t sum = 0;
	size_t left = 1;

	memset(in, 'a', sizeof(in));
	(void)ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
	while (left > 0) {
		size_t n = len < sizeof(in) ? (size_t)len : sizeof(in);
		ZSTD_inBuffer i = { in, n, 0 };
		ZSTD_outBuffer o = { out, sizeof(out), 0 };

		len -= n;
		left = ZSTD_compressStream2(
			c, &o, &i, len > 0 ? ZSTD_e_continue : ZSTD_e_end);
		if (ZSTD_isError(left))
			stop(ZSTD_getErrorName(left));
		if (len > 0)
			left = 1;
		else if (o.pos >= 4)
			sum = get_u32((uint8_t *)out + o.pos - 4);
	}
	ZSTD_freeCCtx(c);
	return sum;
}

struct frame {
	uint64_t letters;  /* that come out */
	uint64_t promised; /* in its header */
	unsigned window_log;
	bool checked; /* with the right checksum */
};

/* In exactly `len` bytes: empty blocks fill it up. */
static void put_frame(struct buf *out, const struct frame *f, size_t len)
{
	size_t end = out->len + len - 4;
	uint64_t left = f->letters, piece = RLE_MAX;
	size_t blocks = (size_t)((left + piece - 1) / piece);

	buf_u32(out, 0xFD2FB528);
	buf_u8(out, 3 << 6 | 1 << 2);
	buf_u8(out, (uint8_t)((f->window_log - 10) << 3));
	buf_u64(out, f->promised);
	if (end < out->len + 4 * (blocks + 3))
		stop("no room for a frame");
	/* One byte more than an empty block: three sorts of remainders. */
	while ((end - out->len - 4 * blocks) % 3 != 0)
		blocks++;
	for (size_t i = 0; i < blocks; i++) {
		uint64_t n = left < piece ? left : piece;

		/* The last ones get one letter each, or what is left. */
		if (left > 0 && left - n < blocks - i - 1)
			n = left - (blocks - i - 1);
		rle_block(out, n, out->len + 4 == end);
		left -= n;
	}
	while (out->len < end) {
		buf_u8(out, out->len + 3 == end);
		buf_u8(out, 0);
		buf_u8(out, 0);
	}
	buf_u32(out, f->checked ? checksum(f->letters) : 0);
}

/* Replace the bodies of the first block by a frame, and say that they have
 * `claimed` bytes. */
static void put_bodies(struct buf *a, const struct frame *f, uint64_t claimed)
{
	struct section s = find(a, SECTION_DATA);
	uint8_t *payload = a->ptr + s.offset + SECTION_HEADER_SIZE;
	struct buf new = { 0 }, entries = { 0 };
	struct block_entry e = { .kind = KIND_JSON, .value = claimed - 1 };
	struct block_head h;

	if (block_head_decode(&h, payload, s.inner_len, s.payload_len, s.offset,
	                      NULL) < 0)
		stop("the block has no head");
	block_entry_put(&entries, &e);
	h.entries = (struct bytes){ entries.ptr, entries.len };
	h.bodies_raw = claimed;
	h.record_count = 1;
	h.bodies_len = s.payload_len - h.cards_len -
	               (BLOCK_FIXED + h.defaults.len + entries.len + 4);
	block_head_encode(&new, &h);
	/* The encoder does not count the CRC. */
	h.bodies_len = s.payload_len - new.len - h.cards_len;
	buf_clear(&new);
	block_head_encode(&new, &h);
	buf_put(&new, payload + s.inner_len, h.cards_len);
	put_u32(a->ptr + s.offset + 4,
	        get_u32(a->ptr + s.offset + 4) - s.inner_len +
	                (uint32_t)(new.len - h.cards_len));
	put_frame(&new, f, (size_t)h.bodies_len);
	if (!buf_ok(&new) || new.len != s.payload_len)
		stop("the block has another length");
	memcpy(payload, new.ptr, new.len);
	buf_done(&new);
	buf_done(&entries);
	reseal(a->ptr, a->len);
}

/* ---- Bombs --------------------------------------------------------- */

static void a_long_article(struct buf *a)
{
	struct fiche_writer_options opt = { .mode = FICHE_CREATE, .level = 1 };
	struct fiche_writer *w = NULL;
	struct buf line = { 0 };
	int r = fiche_writer_open(&w, "honest", &opt, NULL);

	buf_text(&line, "{\"title\":\"A bridge\",\"text\":\"");
	buf_zeros(&line, 15 * MIB);
	if (!buf_ok(&line))
		stop("out of memory");
	memset(line.ptr + line.len - 15 * MIB, 'a', 15 * MIB);
	buf_text(&line, "\"}");
	if (r == 0)
		r = fiche_writer_add_json(w, line.ptr, line.len, NULL, NULL);
	if (r == 0)
		r = fiche_writer_commit(w, NULL);
	fiche_writer_close(w);
	buf_done(&line);
	if (r != 0)
		stop("no archive could be made");
	read_file(a, "honest");
	(void)unlink("honest");
}

static void a_gibibyte_in_a_few_bytes(struct buf *a)
{
	const struct frame f = { GIB - 1, GIB - 1, 23, true };

	honest(a, 1, 60000);
	put_bodies(a, &f, GIB - 1);
}

static void a_hundred_mebibytes_in_a_few_bytes(struct buf *a)
{
	const struct frame f = { 100 * MIB, 100 * MIB, 23, true };

	honest(a, 1, 60000);
	put_bodies(a, &f, 100 * MIB);
}

static void much_more_than_was_said(struct buf *a)
{
	const struct frame f = { GIB - 1, MIB, 23, false };

	honest(a, 1, 60000);
	put_bodies(a, &f, MIB);
}

static void much_less_than_was_said(struct buf *a)
{
	const struct frame f = { MIB, GIB - 1, 23, false };

	honest(a, 1, 60000);
	put_bodies(a, &f, GIB - 1);
}

static void a_window_of_two_gibibytes(struct buf *a)
{
	const struct frame f = { MIB, MIB, 31, true };

	honest(a, 1, 60000);
	put_bodies(a, &f, MIB);
}

static void sync_bytes_and_nothing_else(struct buf *a)
{
	honest(a, 10, 100);
	while (a->len < 2 * MIB)
		buf_put(a, SECTION_SYNC, SECTION_SYNC_SIZE);
}

/* Each as long as all that follows. */
static void add_nested(struct buf *a, enum section_type type, size_t step)
{
	struct section s = find(a, SECTION_DATA);
	uint8_t header[SECTION_HEADER_SIZE];
	size_t end = 2 * MIB;

	s.type = (uint8_t)type;
	s.inner_len = type == SECTION_DATA ? s.inner_len : 0;
	while (a->len + step + 4096 < end) {
		s.offset = a->len;
		s.sequence++;
		s.payload_len = end - a->len - SECTION_HEADER_SIZE;
		section_encode(header, &s);
		buf_put(a, header, sizeof(header));
		for (size_t i = sizeof(header); i < step; i++)
			buf_u8(a, 0);
	}
	while (a->len < end)
		buf_u8(a, 0);
}

static void blocks_in_blocks(struct buf *a)
{
	honest(a, 10, 100);
	add_nested(a, SECTION_DATA, SECTION_HEADER_SIZE);
}

static void indexes_in_indexes(struct buf *a)
{
	honest(a, 10, 100);
	add_nested(a, SECTION_INDEX, SECTION_HEADER_SIZE);
}

static void commits_in_commits(struct buf *a)
{
	honest(a, 10, 100);
	add_nested(a, SECTION_COMMIT, SECTION_HEADER_SIZE);
}

/* Without a beginning, everything is looked for. */
static void blocks_in_blocks_without_head(struct buf *a)
{
	blocks_in_blocks(a);
	memset(a->ptr, 0, SUPERBLOCK_SIZE);
}

static void a_crowd_of_dictionaries(struct buf *a)
{
	struct section s;
	uint8_t header[SECTION_HEADER_SIZE];
	struct buf payload = { 0 };

	honest(a, 10, 100);
	s = find(a, SECTION_DATA);
	s.type = SECTION_DICT;
	s.inner_len = 0;
	for (uint32_t id = 1; a->len < 2 * MIB; id++) {
		buf_clear(&payload);
		dict_head_encode(&payload, id, DICT_BODIES, DICT_RAW_MAX);
		buf_put(&payload, "0123456789abcdef", 16);
		s.offset = a->len;
		s.sequence = id;
		s.payload_len = payload.len;
		section_encode(header, &s);
		buf_put(a, header, sizeof(header));
		buf_put(a, payload.ptr, payload.len);
	}
	buf_done(&payload);
	reseal(a->ptr, a->len);
}

static void a_crowd_of_footers(struct buf *a)
{
	struct section s;
	struct footer f = { .generation = 1 };
	uint8_t raw[FOOTER_SIZE];

	honest(a, 10, 100);
	s = find(a, SECTION_COMMIT);
	f.commit_offset = s.offset;
	f.commit_size = section_size(&s);
	memcpy(f.uuid8, s.uuid, 8);
	while (a->len < 2 * MIB) {
		f.generation++;
		f.end = a->len + FOOTER_SIZE;
		footer_encode(raw, &f);
		buf_put(a, raw, sizeof(raw));
	}
}

/* Decode the commit, let it be changed, and put it back with its footer. */
static void change_commit(struct buf *a,
                          void (*change)(struct commit *c, uint64_t at))
{
	struct section s = find(a, SECTION_COMMIT);
	struct buf payload = { 0 };
	struct commit c = { 0 };
	struct footer f;
	uint8_t raw[FOOTER_SIZE];

	if (commit_decode(&c, a->ptr + s.offset + SECTION_HEADER_SIZE,
	                  (size_t)s.payload_len, s.offset, NULL) < 0 ||
	    footer_decode(&f, a->ptr + s.offset + section_size(&s),
	                  s.offset + section_size(&s) + FOOTER_SIZE, NULL) < 0)
		stop("there is no commit");
	change(&c, s.offset);
	commit_encode(&payload, &c, s.offset);
	s.payload_len = payload.len;
	a->len = (size_t)s.offset;
	buf_put(a, "", 0);
	{
		uint8_t header[SECTION_HEADER_SIZE];

		section_encode(header, &s);
		buf_put(a, header, sizeof(header));
	}
	buf_put(a, payload.ptr, payload.len);
	f.commit_size = section_size(&s);
	f.end = a->len + FOOTER_SIZE;
	footer_encode(raw, &f);
	buf_put(a, raw, sizeof(raw));
	buf_done(&payload);
	commit_done(&c);
	reseal(a->ptr, a->len);
}

/* As many as a commit has room for, one and the same. */
static void repeat_segment(struct commit *c, uint64_t at)
{
	struct commit_segment one = c->segments[0];
	size_t count = 200000;

	(void)at;
	c->segments = realloc(c->segments, count * sizeof(one));
	if (!c->segments)
		stop("out of memory");
	for (size_t i = 0; i < count; i++) {
		c->segments[i] = one;
		c->segments[i].first_record = i * one.record_count;
	}
	c->segment_count = count;
	c->record_count = count * one.record_count;
}

static void one_index_many_times(struct buf *a)
{
	honest(a, 10, 100);
	change_commit(a, repeat_segment);
}

static void come_after_itself(struct commit *c, uint64_t at)
{
	c->generation = 2;
	c->prev_offset = at;
	c->prev_size = 4096;
}

static void a_commit_that_comes_after_itself(struct buf *a)
{
	honest(a, 10, 100);
	change_commit(a, come_after_itself);
}

static void claim_records(struct commit *c, uint64_t at)
{
	(void)at;
	c->record_count = (uint64_t)1 << 40;
	c->segments[0].record_count = (uint64_t)1 << 40;
}

static void a_million_million_records(struct buf *a)
{
	honest(a, 10, 100);
	change_commit(a, claim_records);
}

/* Every count and place of the index is as large as can be; `from` tells where
 * to begin. */
static void inflate_index(struct buf *a, size_t from, unsigned width)
{
	struct section s;
	uint8_t *p;

	honest(a, 200, 300);
	s = find(a, SECTION_INDEX);
	p = a->ptr + s.offset + SECTION_HEADER_SIZE + from;
	memset(p, 0xff, width);
	p[width - 1] = 0x0f;
	reseal(a->ptr, a->len);
}

/* ---- What they cost ------------------------------------------------ */

static const char *const commands[][7] = {
	{ "verify", "bomb" },
	{ "list", "bomb" },
	{ "list", "--recover", "bomb" },
	{ "info", "bomb" },
	{ "search", "bomb", "bridge" },
	{ "search", "--scan", "bomb", "bridge" },
	{ "extract", "bomb" },
	{ "extract", "bomb", "-d", "out", "--skip-existing" },
	{ "show", "bomb", "--limit", "2" },
	{ "repair", "bomb", "-o", "mended" },
};

struct cost {
	double cpu;
	long memory; /* KiB */
	const char *command;
};

/* NULL, or what is wrong. */
static const char *run(const char *const *command, struct cost *worst)
{
	static char why[100];
	char *argv[9] = { getenv("FICHE") };
	struct rusage u;
	double cpu;
	pid_t pid;
	int status;

	for (size_t i = 0; i < 7; i++)
		argv[i + 1] = (char *)(uintptr_t)command[i];
	pid = fork();
	if (pid == 0) {
		const struct rlimit memory = { MEMORY_MAX, MEMORY_MAX };
		const struct rlimit seconds = { 60, 60 };
		int nowhere = open("/dev/null", O_RDWR);

		if (!SANITIZED)
			(void)setrlimit(RLIMIT_AS, &memory);
		(void)setrlimit(RLIMIT_CPU, &seconds);
		for (int fd = 0; fd < 3; fd++)
			(void)dup2(nowhere, fd);
		(void)execv(argv[0], argv);
		_exit(99);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
		return "no process";
	(void)unlink("mended");
	cpu = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	      (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	if (cpu > worst->cpu) {
		worst->cpu = cpu;
		worst->command = command[0];
	}
	worst->memory =
		u.ru_maxrss > worst->memory ? u.ru_maxrss : worst->memory;
	if (WIFSIGNALED(status))
		(void)snprintf(why, sizeof(why), "%s died of signal %d",
		               command[0], WTERMSIG(status));
	else if (WEXITSTATUS(status) > 9)
		(void)snprintf(why, sizeof(why), "%s exited with %d",
		               command[0], WEXITSTATUS(status));
	else
		return NULL;
	return why;
}

static void put_bomb(const struct buf *a)
{
	FILE *f = fopen("bomb", "wb");

	if (!f || !buf_ok(a) || fwrite(a->ptr, 1, a->len, f) != a->len ||
	    fclose(f) != 0)
		stop("a bomb cannot be written");
}

/* All commands; 1 if one of them is not well. */
static int judge(unsigned number, const char *name, const struct buf *a)
{
	struct cost worst = { 0, 0, "none" };
	double allowed = CPU_FREE + CPU_PER_MIB * (double)a->len / (double)MIB;
	const char *wrong = NULL;

	put_bomb(a);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands) && !wrong;
	     i++)
		wrong = run(commands[i], &worst);
	if (!wrong && worst.cpu > allowed && !SANITIZED)
		wrong = "too slow";
	if (!wrong && worst.memory > (long)(MEMORY_MAX >> 10) && !SANITIZED)
		wrong = "too much memory";
	(void)printf("%s %u - %s (%zu KiB; at most %.2f s, by %s, and %ld "
	             "MiB)\n",
	             wrong ? "not ok" : "ok", number, name, a->len >> 10,
	             worst.cpu, worst.command, worst.memory >> 10);
	if (wrong)
		(void)printf("# %s\n", wrong);
	(void)fflush(stdout);
	return wrong != NULL;
}

static const struct {
	const char *name;
	void (*make)(struct buf *a);
} bombs[] = {
	{ "nothing at all", NULL },
	{ "an article of 15 MiB, all of one letter", a_long_article },
	{ "a GiB in a few bytes", a_gibibyte_in_a_few_bytes },
	{ "a hundred MiB in a few bytes", a_hundred_mebibytes_in_a_few_bytes },
	{ "a frame of much more than was said", much_more_than_was_said },
	{ "a frame of much less than was said", much_less_than_was_said },
	{ "a window of two GiB", a_window_of_two_gibibytes },
	{ "sync bytes and nothing else", sync_bytes_and_nothing_else },
	{ "blocks in blocks", blocks_in_blocks },
	{ "blocks in blocks, without a head", blocks_in_blocks_without_head },
	{ "indexes in indexes", indexes_in_indexes },
	{ "commits in commits", commits_in_commits },
	{ "a crowd of dictionaries", a_crowd_of_dictionaries },
	{ "a crowd of footers", a_crowd_of_footers },
	{ "one index, many times", one_index_many_times },
	{ "a commit that comes after itself",
	  a_commit_that_comes_after_itself },
	{ "a million million records", a_million_million_records },
};

static void empty(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		(void)closedir(d);
	(void)rmdir(folder);
}

static void make(struct buf *a, size_t i)
{
	buf_clear(a);
	if (bombs[i].make)
		bombs[i].make(a);
	else
		honest(a, 200, 300);
}

int main(int argc, char **argv)
{
	unsigned number = 0, failed = 0;
	struct buf a = { 0 };

	if (!mkdtemp(box) || chdir(box) != 0)
		stop("no folder to work in");
	if (argc > 1) {
		size_t i = strtoul(argv[1], NULL, 10) - 1;

		if (i >= sizeof(bombs) / sizeof(*bombs))
			stop("there is no such bomb");
		make(&a, i);
		(void)fwrite(a.ptr, 1, a.len, stdout);
		buf_done(&a);
		return rmdir(box);
	}
	if (!getenv("FICHE"))
		stop("set FICHE to the program");
	for (size_t i = 0; i < sizeof(bombs) / sizeof(*bombs); i++) {
		make(&a, i);
		failed += (unsigned)judge(++number, bombs[i].name, &a);
	}
	for (size_t from = 0; from < 240; from += 12) {
		char name[64];

		buf_clear(&a);
		inflate_index(&a, from, from % 24 == 0 ? 4 : 8);
		(void)snprintf(name, sizeof(name),
		               "an index that is enormous at %zu", from);
		failed += (unsigned)judge(++number, name, &a);
	}
	(void)printf("1..%u\n", number);
	buf_done(&a);
	(void)unlink("bomb");
	empty("out");
	if (rmdir(box) != 0)
		stop("something was left behind");
	return failed > 0;
}
