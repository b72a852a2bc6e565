/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_writer.h - a fiche_writer that only remembers what it was given.
 *
 * Link it instead of the real one.  At a commit it reads the names of all
 * pending origins again, so that a name that died early is found by ASan.
 */
#ifndef SUPPORT_FAKE_WRITER_H
#define SUPPORT_FAKE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/writer.h"

struct fake_record {
	char *bytes; /* NUL behind them, as behind card and file */
	size_t len;
	char *card; /* NULL for a line of JSON */
	char *text; /* NULL if none stands beside a file */
	char *file;
	uint64_t line;
	const char *file_given; /* the pointer that must stay valid */
};

struct fiche_writer {
	struct fake_record *records;
	size_t count, cap;
	size_t committed; /* records at the last commit */
	unsigned commits;
	bool count_only; /* keep no bytes: for fuzzing and timing */
	bool fail_add;   /* answer FICHE_ERR_IO */
	bool fail_commit;
	void (*on_commit)(struct fiche_writer *w);
};

/* Free what was remembered, and be empty again. */
void fake_writer_reset(struct fiche_writer *w);

#endif
