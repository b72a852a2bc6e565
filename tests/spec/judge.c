/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judge.c - what libfiche says of many files, one after the other.
 *
 * Standard input is a sequence of files, each behind its length as a u32.  The
 * answer to each is a line: the verdict of a full verify; number:digest of all
 * records that are given out; a bar; and the same of recovery.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/reader.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "support/archive_case.h"

#define FILE_MAX ((size_t)64 << 20)

static const char *verdict(int status)
{
	switch (status) {
	case 0:
		return "ok";
	case FICHE_ERR_CORRUPT:
		return "CORRUPT";
	case FICHE_ERR_FOREIGN:
		return "FOREIGN";
	case FICHE_ERR_UNSUPPORTED:
		return "UNSUPPORTED";
	case FICHE_ERR_LIMIT:
		return "LIMIT";
	case FICHE_ERR_TRUNCATED:
		return "TRUNCATED";
	default:
		return "failed";
	}
}

static void print_record(uint64_t number, const struct fiche_text *record)
{
	uint8_t digest[32];

	if (sha256_of(digest, record->ptr, record->len) < 0)
		exit(EXIT_FAILURE);
	printf(" %" PRIu64 ":", number);
	for (size_t i = 0; i < sizeof(digest); i++)
		printf("%02x", digest[i]);
}

static void print_records(struct io_memory *m, bool recover)
{
	struct fiche_reader *r;
	struct fiche_view *v;

	if (case_open(&r, m, recover, NULL) < 0)
		return;
	v = fiche_view_new(r);
	if (!v)
		exit(EXIT_FAILURE);
	/* Segment by segment: between them any number may be lost. */
	for (size_t i = 0; i < r->segment_count; i++) {
		const struct commit_segment *s = &r->segments[i].where;
		struct fiche_text record;

		for (uint64_t n = 0; n < s->record_count; n++)
			if (fiche_view_record(v, s->first_record + n, &record,
			                      NULL) == 0)
				print_record(s->first_record + n, &record);
	}
	fiche_view_free(v);
	fiche_reader_close(r);
}

static void judge(struct io_memory *m)
{
	struct fiche_verify_report report;

	fputs(verdict(case_verify(m, false, &report, NULL)), stdout);
	print_records(m, false);
	fputs(" |", stdout);
	print_records(m, true);
	putchar('\n');
}

int main(void)
{
	struct io_memory *m = io_memory_new();
	uint8_t *bytes = malloc(FILE_MAX), size[4];

	case_keep_memory();
	while (m && bytes &&
	       fread(size, 1, sizeof(size), stdin) == sizeof(size)) {
		size_t len = get_u32(size);

		if (len > FILE_MAX || fread(bytes, 1, len, stdin) != len ||
		    case_put(m, bytes, len) < 0)
			return EXIT_FAILURE;
		judge(m);
		if (fflush(stdout) != 0)
			return EXIT_FAILURE;
	}
	free(bytes);
	io_memory_free(m);
	return 0;
}
