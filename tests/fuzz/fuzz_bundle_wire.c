/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_bundle_wire.c - any bytes as what the confined reader of a bundle says.
 *
 * First to the decoder alone, then to all that stands behind it: here the
 * process that should read the bundle gives back the bundle itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fiche/ingest.h"
#include "fuzz/fuzz.h"
#include "ingest/bundle.h"
#include "ingest/bundle_wire.h"
#include "support/fake_writer.h"

#define MAGIC     "!<arch>\n"
#define MAGIC_LEN (sizeof(MAGIC) - 1)

static void check(bool ok)
{
	if (!ok)
		abort();
}

int bundle_work(const char *kind)
{
	char block[4096];
	ssize_t n;

	/* A member may be a bundle of another kind. */
	if (strcmp(kind, "ar") != 0 ||
	    read(STDIN_FILENO, block, MAGIC_LEN) != MAGIC_LEN)
		return 1;
	while ((n = read(STDIN_FILENO, block, sizeof(block))) > 0)
		if (write(STDOUT_FILENO, block, (size_t)n) != n)
			return 1;
	return 0;
}

/* What a frame points to lies inside it. */
static bool within(const void *ptr, size_t len, const uint8_t *frame,
                   size_t used)
{
	const uint8_t *at = ptr;

	return len == 0 || (at >= frame + WIRE_HEAD && len <= used &&
	                    at <= frame + used - len);
}

static void decode(const uint8_t *data, size_t size)
{
	struct wire w = { 0 };
	struct wire_frame f;
	bool inside = false, over = false;
	size_t used;

	while (wire_decode(&w, &f, data, size, &used, NULL) == 0) {
		check(used >= WIRE_HEAD && used <= size);
		check(used <= WIRE_FRAME_MAX && !over);
		check(within(f.text.ptr, f.text.len, data, used));
		check(within(f.ptr, f.len, data, used));
		check(f.text.len <= WIRE_PATH_MAX);
		check((f.kind == WIRE_DATA || f.kind == WIRE_END) == inside);
		if (f.kind == WIRE_MEMBER)
			inside = f.what == WIRE_FILE;
		if (f.kind == WIRE_END)
			inside = false;
		over = f.kind == WIRE_DONE;
		data += used;
		size -= used;
	}
}

static void read_all(const uint8_t *data, size_t size)
{
	struct fiche_writer w = { 0 };
	struct fiche_ingest_options opt = { .record_max = 100000,
		                            .members_max = 100 };
	struct fiche_ingest_stats stats = { 0 };
	struct fiche_ingest *in;
	FILE *f = tmpfile();
	char path[40];

	check(f != NULL);
	check(fwrite(MAGIC, 1, MAGIC_LEN, f) == MAGIC_LEN);
	check(fwrite(data, 1, size, f) == size);
	check(fflush(f) == 0);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fileno(f));
	check(fiche_ingest_new(&in, &w, &opt, NULL) == 0);
	check(fiche_ingest_path(in, path, &stats, NULL) == 0);
	check(stats.inputs >= 1 && stats.records == w.count);
	fiche_ingest_free(in);
	fake_writer_reset(&w);
	check(fclose(f) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	decode(data, size);
	read_all(data, size);
	return 0;
}

static void put_member(struct buf *out, const char *path, const char *text)
{
	wire_put_member(out, WIRE_FILE, WIRE_UNKNOWN, path, strlen(path));
	wire_put_data(out, text, strlen(text));
	wire_put_end(out, WIRE_OK, 100, "");
}

bool fuzz_seed(size_t i, struct buf *out)
{
	switch (i) {
	case 0:
		wire_put_note(out, "confinement: none");
		put_member(out, "a.jsonl", "{\"a\":1}\n{\"b\":2}\n");
		wire_put_member(out, WIRE_LINK, 0, "b", 1);
		wire_put_member(out, WIRE_ENCRYPTED, 7, "c\n", 2);
		put_member(out, "../../d.txt", "Plain text\n");
		wire_put_done(out, WIRE_OK, "");
		break;
	case 1:
		wire_put_member(out, WIRE_FILE, 3, "e.txt", 5);
		wire_put_data(out, "Some", 4);
		wire_put_end(out, WIRE_DAMAGED, UINT64_MAX, "cut \x1b[31m");
		wire_put_done(out, WIRE_DAMAGED, "what a pity");
		break;
	case 2: /* a bundle in a bundle, whose reader says the same */
		put_member(out, "f.ar", MAGIC "\4\1\0\0\0x\5\1\0\0\0\0");
		wire_put_done(out, WIRE_UNREADABLE, "no");
		break;
	default:
		return false;
	}
	return buf_ok(out);
}
