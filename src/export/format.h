/* SPDX-License-Identifier: Apache-2.0 */
/* format.h - what a format of the way out has to do (fiche/export.h). */
#ifndef EXPORT_FORMAT_H
#define EXPORT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "export/out.h"
#include "fiche/export.h"

/* All borrowed, valid during the call. */
struct export_article {
	const struct fiche_article *article; /* with its text */
	struct fiche_text record;            /* the exact bytes that came in */
	struct fiche_text json; /* canonical, with text, one line */
};

/* Where one file or folder of the format goes. */
struct export_target {
	struct out *out;  /* a stream, unless the format wants a path */
	const char *path; /* not there yet; of formats that want a path */
	const struct fiche_export_options *opt; /* with `time` set */
	size_t hold; /* bytes that it may keep in memory, roughly: less if
	              * many are written at once */
};

/* Each format has its own struct; it allocates it in begin(). */
struct export_writer;

struct export_format {
	struct fiche_export_format about;
	bool wants_path; /* a folder, or a file that cannot be a stream */
	bool takes_fields;
	bool no_record, no_json; /* not looked at: saves making them */
	int (*begin)(struct export_writer **out, const struct export_target *to,
	             struct fiche_error *err);
	int (*add)(struct export_writer *w, const struct export_article *a,
	           struct fiche_error *err);
	/* All is there; write what has to stand at the end.  The stream is
	 * closed by who opened it. */
	int (*finish)(struct export_writer *w, struct fiche_error *err);
	void (*free)(struct export_writer *w); /* accepts NULL */
};

extern const struct export_format export_jsonl;
extern const struct export_format export_csv;
extern const struct export_format export_tsv;
extern const struct export_format export_warc;
extern const struct export_format export_tar;
extern const struct export_format export_zip;
extern const struct export_format export_html;
extern const struct export_format export_bagit;
extern const struct export_format export_sqlite;
extern const struct export_format export_parquet;
extern const struct export_format export_bibtex;
extern const struct export_format export_ris;

#endif
