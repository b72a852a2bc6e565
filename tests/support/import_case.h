/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_case.h - one input given to the importer, from memory, and what came
 * out: records in the fake writer, messages as lines of text.
 */
#ifndef SUPPORT_IMPORT_CASE_H
#define SUPPORT_IMPORT_CASE_H

#include <stddef.h>

#include "fiche/ingest.h"
#include "support/fake_writer.h"

struct import_case {
	char dir[256];
	struct fiche_writer writer;
	struct fiche_ingest_options opt;
	struct fiche_ingest_stats stats;
	char said[16384]; /* "N where: what\n" or "W where: what\n" */
};

/* For cmocka; *state becomes a struct import_case. */
int import_setup(void **state);
int import_teardown(void **state);
#define IMPORT_TEST(f)                                                         \
	cmocka_unit_test_setup_teardown(f, import_setup, import_teardown)

/* Import `bytes` as a file of this name.  Forgets what was before. */
void import_bytes(struct import_case *c, const char *name, const void *bytes,
                  size_t len);
void import_text(struct import_case *c, const char *name, const char *text);
/* The same, where memory may fail: what fiche_ingest_path() answered. */
int import_try(struct import_case *c, const char *name, const void *bytes,
               size_t len);

void assert_said(struct import_case *c, const char *what);
void assert_quiet(struct import_case *c);
void assert_count(struct import_case *c, size_t count);
void assert_bytes(struct import_case *c, size_t i, const char *bytes);
/* The card, or the record itself, has this in it. */
void assert_has(struct import_case *c, size_t i, const char *what);
void assert_text(struct import_case *c, size_t i, const char *text);

/* Every beginning of `bytes` is read without trouble, gives no more records
 * than the whole, and each is the same as of the whole, but for the last. */
void assert_every_cut(struct import_case *c, const char *name,
                      const char *bytes, size_t len);
/* Every failing allocation is reported, once or for ever. */
void assert_every_allocation(struct import_case *c, const char *name,
                             const char *bytes, size_t len);

#endif
