/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_main.c - run a fuzz target without an engine.
 *
 *     fuzz_x [-n MUTATIONS] [FILE|FOLDER...]
 *     fuzz_x -w FOLDER
 *
 * Every file given, every file in a folder given, and every seed that the
 * target offers goes in as it is, then changed in MUTATIONS ways (default 500),
 * which are the same each time.  A target that finds something aborts; the
 * input is then in the file named by FUZZ_KEEP, if that is set.  With -w the
 * seeds are written into a folder, for an engine to begin with.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "fuzz/fuzz.h"

#define INPUT_MAX ((size_t)1 << 20)

#pragma weak fuzz_seed

struct corpus {
	struct buf *input;
	size_t count, cap;
};

static void out_of_memory(void)
{
	(void)fputs("replay: out of memory\n", stderr);
	exit(2);
}

static struct buf *add(struct corpus *c)
{
	if (c->count == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 16;
		struct buf *more = realloc(c->input, cap * sizeof(*more));

		if (!more)
			out_of_memory();
		c->input = more;
		c->cap = cap;
	}
	memset(&c->input[c->count], 0, sizeof(*c->input));
	return &c->input[c->count++];
}

static bool load_file(struct corpus *c, const char *path)
{
	uint8_t chunk[4096];
	FILE *f = fopen(path, "rb");
	struct buf *b;
	size_t n;

	if (!f) {
		perror(path);
		return false;
	}
	b = add(c);
	while (b->len < INPUT_MAX &&
	       (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(b, chunk, n);
	(void)fclose(f);
	if (!buf_ok(b))
		out_of_memory();
	return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool load(struct corpus *c, const char *path)
{
	struct dirent **entry;
	struct stat st;
	bool ok = true;
	int n;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return load_file(c, path);
	n = scandir(path, &entry, NULL, by_name);
	if (n < 0) {
		perror(path);
		return false;
	}
	for (int i = 0; i < n; i++) {
		char name[4096];

		if (entry[i]->d_name[0] != '.') {
			(void)snprintf(name, sizeof(name), "%s/%s", path,
			               entry[i]->d_name);
			ok = load_file(c, name) && ok;
		}
		free(entry[i]);
	}
	free(entry);
	return ok;
}

/* SplitMix64. */
static size_t draw(uint64_t *state, size_t n)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return n ? (size_t)((z ^ (z >> 31)) % n) : 0;
}

static void replace(struct buf *b, size_t at, size_t cut, const void *by,
                    size_t len)
{
	struct buf out = { 0 };

	buf_put(&out, b->ptr, at);
	buf_put(&out, by, len);
	if (b->len > at + cut)
		buf_put(&out, b->ptr + at + cut, b->len - at - cut);
	if (!buf_ok(&out))
		out_of_memory();
	buf_done(b);
	*b = out;
}

static void mutate(struct buf *b, const struct corpus *c, uint64_t *state)
{
	static const uint64_t numbers[] = { 0,          1,         127,
		                            255,        65535,     INT32_MAX,
		                            UINT32_MAX, INT64_MAX, UINT64_MAX };
	static const size_t widths[] = { 1, 2, 4, 8 };
	const struct buf *other = &c->input[draw(state, c->count)];
	size_t at = draw(state, b->len), rest = b->len - at;
	size_t len = draw(state, draw(state, 2) ? 8 : rest) + 1;
	size_t from, width;
	uint64_t v;

	if (len > rest)
		len = rest;
	if (b->len == 0) {
		replace(b, 0, 0, other->ptr, other->len);
		return;
	}
	switch (draw(state, 7)) {
	case 0:
		b->ptr[at] ^= (uint8_t)(1u << draw(state, 8));
		break;
	case 1:
		b->ptr[at] = (uint8_t)draw(state, 256);
		break;
	case 2: /* a number, either way round it may end */
		width = widths[draw(state, 4)];
		v = numbers[draw(state, sizeof(numbers) / sizeof(numbers[0]))];
		for (size_t i = 0; i < width && i < rest; i++)
			b->ptr[at + i] = (uint8_t)(v >> 8 * i);
		break;
	case 3: /* gone */
		replace(b, at, len, NULL, 0);
		break;
	case 4: /* cut off */
		b->len = at;
		break;
	case 5: /* a piece again, somewhere else */
		from = draw(state, b->len - len + 1);
		if (b->len + len <= INPUT_MAX) {
			struct buf piece = { 0 };

			buf_put(&piece, b->ptr + from, len);
			replace(b, at, 0, piece.ptr, piece.len);
			buf_done(&piece);
		}
		break;
	default: /* a piece of another one in its place */
		from = draw(state, other->len);
		if (len > other->len - from)
			len = other->len - from;
		if (len)
			memcpy(b->ptr + at, other->ptr + from, len);
		break;
	}
}

static void run(const struct buf *b)
{
	const char *keep = getenv("FUZZ_KEEP");
	/* Exactly as large, so that a sanitizer sees reads behind the end. */
	uint8_t *copy = malloc(b->len ? b->len : 1);
	FILE *f;

	if (!copy)
		out_of_memory();
	if (b->len)
		memcpy(copy, b->ptr, b->len);
	f = keep ? fopen(keep, "wb") : NULL;
	if (f) {
		(void)fwrite(copy, 1, b->len, f);
		(void)fclose(f);
	}
	(void)LLVMFuzzerTestOneInput(copy, b->len);
	free(copy);
}

static void add_seeds(struct corpus *c)
{
	/* Enough to begin with for a target without seeds of its own. */
	static const char *const general[] = {
		"",
		"{\"title\":\"a\",\"text\":\"b \\u00e4 \\ud83d\\ude00\","
		"\"published\":\"2020-01-02T03:04:05+01:00\","
		"\"url\":\"https://a.example/b?c=d\",\"tags\":[\"x\",\"y\"]}",
		"{\"text\":\"\\u001f0:3\"}\n0abc\n",
	};

	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
		buf_text(add(c), general[i]);
	for (size_t i = 0; fuzz_seed; i++)
		if (!fuzz_seed(i, add(c))) {
			buf_done(&c->input[--c->count]);
			break;
		}
	for (size_t i = 0; i < c->count; i++)
		if (!buf_ok(&c->input[i]))
			out_of_memory();
}

static bool write_seeds(const struct corpus *c, const char *folder)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct buf *b = &c->input[i];
		char path[4096];
		bool ok;
		FILE *f;

		(void)snprintf(path, sizeof(path), "%s/seed-%zu", folder, i);
		f = fopen(path, "wb");
		ok = f && fwrite(b->ptr, 1, b->len, f) == b->len;
		if (f && fclose(f) != 0)
			ok = false;
		if (!ok) {
			perror(path);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	unsigned long mutations = 500, runs = 0;
	struct corpus c = { 0 };
	bool ok = true;
	int arg = 1;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		mutations = strtoul(argv[2], NULL, 10);
		arg = 3;
	}
	if (argc == 3 && strcmp(argv[1], "-w") == 0) {
		add_seeds(&c);
		return write_seeds(&c, argv[2]) ? 0 : 2;
	}
	for (; arg < argc; arg++)
		ok = load(&c, argv[arg]) && ok;
	add_seeds(&c);
	for (size_t i = 0; i < c.count; i++) {
		run(&c.input[i]);
		runs++;
		for (unsigned long k = 0; k < mutations; k++) {
			uint64_t state = (uint64_t)i << 32 | k;
			size_t changes = 1 + draw(&state, 4);
			struct buf b = { 0 };

			buf_put(&b, c.input[i].ptr, c.input[i].len);
			while (changes-- > 0)
				mutate(&b, &c, &state);
			if (!buf_ok(&b))
				out_of_memory();
			run(&b);
			buf_done(&b);
			runs++;
		}
	}
	(void)printf("%zu inputs, %lu runs\n", c.count, runs);
	for (size_t i = 0; i < c.count; i++)
		buf_done(&c.input[i]);
	free(c.input);
	return ok ? 0 : 1;
}
