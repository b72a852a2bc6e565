/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_parity.c - how fast parity is made, and how fast a zone is mended.
 *
 *   bench_parity [MIB [LOST [PROFILE]]]
 *
 * pages of MIB mebibytes (256; at most 1024), LOST of a thousand lost (10).
 *
 * One zone of random pages in a file of its own in the working directory, for
 * each profile or the one that is named.  Prints one JSON object a line: megabytes of what is protected
 * for each second of the processor, and of the clock, and the most memory.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "parity/encode.h"
#include "parity/overlay.h"
#include "parity/zone.h"

#define NAME  "bench_parity.tmp"
#define FIRST 4 /* the zone begins here */
#define CHUNK 256

struct run {
	struct io *io;
	struct io_file *file;
	struct parity_head head;
	uint64_t state;
	double cpu, clock;
};

static void must(int r, const char *what)
{
	if (r == 0)
		return;
	fprintf(stderr, "bench_parity: cannot %s (%d)\n", what, r);
	exit(1);
}

/* xorshift64*: the same numbers on every machine. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1D;
}

static void start(struct run *r)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	r->cpu = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
	clock_gettime(CLOCK_MONOTONIC, &t);
	r->clock = (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void tell(struct run *r, const char *what, const char *profile,
                 uint64_t lost)
{
	double cpu = r->cpu, wall = r->clock;
	double mb = r->head.geometry.pages * (double)PARITY_PAGE / 1e6;
	struct rusage use;

	start(r);
	cpu = r->cpu - cpu;
	wall = r->clock - wall;
	getrusage(RUSAGE_SELF, &use);
	printf("{\"what\":\"%s\",\"profile\":\"%s\",\"mb\":%.0f,"
	       "\"parity_mb\":%.1f,\"lost_pages\":%" PRIu64
	       ",\"cpu_seconds\":%.2f,\"mb_per_cpu_second\":%.0f,"
	       "\"seconds\":%.2f,\"max_rss_mb\":%.0f}\n",
	       what, profile, mb,
	       (double)parity_section_size(&r->head.geometry) / 1e6, lost, cpu,
	       mb / cpu, wall, (double)use.ru_maxrss / 1e3);
	fflush(stdout);
}

static void make_pages(struct run *r, uint32_t pages)
{
	uint64_t *chunk = malloc((size_t)CHUNK * PARITY_PAGE);

	for (uint32_t p = 0; chunk && p < pages; p += CHUNK) {
		for (size_t i = 0; i < CHUNK * PARITY_PAGE / 8; i++)
			chunk[i] = draw(&r->state);
		must(io_write(r->file, (uint64_t)p * PARITY_PAGE, chunk,
		              (size_t)CHUNK * PARITY_PAGE, NULL),
		     "write");
	}
	free(chunk);
}

static void encode(struct run *r, const char *profile)
{
	struct io_file *out;
	uint8_t page[PARITY_PAGE];
	uint64_t size = parity_section_size(&r->head.geometry);

	must(io_open(r->io, NAME, IO_SCRATCH, &out, NULL), "open");
	start(r);
	must(parity_encode(&r->head, r->file, out, true, NULL), "encode");
	tell(r, "encode", profile, 0);
	for (uint64_t at = 0; at < size; at += sizeof(page)) {
		must(io_read(out, at, page, sizeof(page), NULL), "read");
		must(io_write(r->file, r->head.offset + at, page, sizeof(page),
		              NULL),
		     "write");
	}
	io_close(out);
}

static void mend(struct run *r, const char *profile, unsigned lost)
{
	uint32_t tags = r->head.geometry.tags;
	uint64_t n = (uint64_t)tags * lost / 1000;
	uint8_t page[PARITY_PAGE] = { 0 };
	struct zone_result result = { 0 };
	struct overlay over;

	for (uint64_t i = 0; i < n; i++) {
		uint32_t t = (uint32_t)(draw(&r->state) % tags);

		must(io_write(r->file, parity_page_at(&r->head, t), page,
		              sizeof(page), NULL),
		     "write");
	}
	must(overlay_init(&over, r->file, r->io, NAME, NULL), "overlay");
	start(r);
	must(zone_mend(&r->head, &over, NULL, 0, &result, NULL), "mend");
	tell(r, "mend", profile, n);
	if (result.lost > 0)
		printf("{\"what\":\"not mended\",\"pages\":%" PRIu64 "}\n",
		       result.lost);
	overlay_done(&over);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "", "lite", "std", "arch" };
	unsigned mib = argc > 1 ? (unsigned)atoi(argv[1]) : 256;
	unsigned lost = argc > 2 ? (unsigned)atoi(argv[2]) : 10;

	for (unsigned i = FICHE_PARITY_LITE; i <= FICHE_PARITY_ARCH; i++) {
		struct run r = { .io = io_posix(), .state = 88172645463325252 };
		uint32_t pages = mib * 256 - FIRST;

		if (argc > 3 && strcmp(argv[3], names[i]) != 0)
			continue;
		unlink(NAME);
		must(io_open(r.io, NAME, IO_CREATE, &r.file, NULL), "create");
		make_pages(&r, pages + FIRST);
		r.head.start = FIRST * PARITY_PAGE;
		r.head.offset = r.head.start + (uint64_t)pages * PARITY_PAGE;
		r.head.batch_start = 8192;
		r.head.zones = 1;
		parity_choose(&r.head.geometry, i, pages);
		encode(&r, names[i]);
		mend(&r, names[i], lost);
		io_close(r.file);
	}
	return 0;
}
