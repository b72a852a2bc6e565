/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - one input while it is read: where its records go, and what is said
 * when something is wrong with it.
 *
 * Two kinds of failure stay apart.  Of an input: told through the owner's
 * `message`, counted, and the next input is read; the functions that read a
 * format return 0 then.  Of the writer or of memory: returned, and all ends.
 */
#ifndef INGEST_INPUT_H
#define INGEST_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "article/facts.h"
#include "base/arena.h"
#include "fiche/ingest.h"
#include "ingest/lines.h"

/* Bundles in bundles, deeper than this, are kept as files. */
#define INPUT_DEPTH_MAX 4

struct fiche_ingest {
	struct fiche_writer *writer;
	struct fiche_ingest_options opt;
	struct arena names; /* origins of records that are not committed */
	struct lines lines[INPUT_DEPTH_MAX + 1]; /* memory to use again */
	uint64_t stored;                         /* bytes read, for progress */
	uint64_t unsaved;     /* decompressed bytes since the last commit */
	int64_t saved_at;     /* milliseconds of the monotonic clock */
	struct arena scratch; /* of the record at hand */

	/* Of the input at hand and of all in it. */
	struct stream_guard guard;
	uint64_t members;
	struct arena member_names; /* as `names`, of what is in bundles */
	size_t member_names_len;
	bool told_confinement;
};

struct input {
	struct fiche_ingest *in;
	struct fiche_ingest_stats *stats;
	const char *name;    /* for messages; lives until the commit */
	const char *label;   /* for cards; NULL: no path */
	const char *path;    /* of a regular file, to open it again; or NULL */
	struct lines *bytes; /* decompressed, from where it was looked at */
	unsigned depth;      /* bundles around it */
};

/* ---- Records ------------------------------------------------------- */

/*
 * Give one JSON object to the writer.  `line` is a line, or the number of the
 * record where there are no lines, and 0 if it is the whole input.  Too long
 * ones are told and counted.  Returns 0, or a failure that ends all.
 */
int input_add_json(const struct input *i, const void *json, size_t len,
                   uint64_t line, struct fiche_error *err);

/*
 * Give a document with its facts.  The path in its card is the input's label;
 * `type` its media type.  If facts->has_text, facts->text is kept beside it.
 */
int input_add_page(const struct input *i, const struct facts *facts,
                   const char *type, const void *bytes, size_t len,
                   uint64_t line, struct fiche_error *err);

/* What a person reads of JSON whose text has markup, or only HTML fields: as
 * input_add_json(), but looks whether there is such. */
int input_add_object(const struct input *i, const void *json, size_t len,
                     uint64_t line, struct fiche_error *err);

/* ---- Messages ------------------------------------------------------ */

/* Worth knowing; nothing is lost.  line 0: the input as a whole. */
void input_note(const struct input *i, uint64_t line, const char *fmt, ...)
	FICHE_PRINTF(3, 4);
/* A record was left out: `what` says why.  Counts it. */
void input_skip(const struct input *i, uint64_t line, const char *fmt, ...)
	FICHE_PRINTF(3, 4);
/* A record was packed, but is not what it should be: `what` says why.  Counts
 * it. */
void input_damaged(const struct input *i, uint64_t line, const char *fmt, ...)
	FICHE_PRINTF(3, 4);
/* A record is longer than may be, and was left out.  Counts it. */
void input_too_long(const struct input *i, uint64_t line);
/* The input could not be read, or not to its end.  Counts it; call it once. */
void input_fail(const struct input *i, const char *fmt, ...) FICHE_PRINTF(2, 3);

/*
 * How reading ended: `r` is what lines_next(), lines_whole() or lines_fill()
 * answered, or bytes->end; `why` belongs to it.  FICHE_END is fine.  A failure
 * of the input is told, with `result` ("what follows is lost"), and 0 returned;
 * one of memory or of the pulse is returned.
 */
int input_ended(const struct input *i, int r, const struct fiche_error *why,
                const char *result, struct fiche_error *err);

/* Does the owner want to stop?  Then what is read so far is all. */
bool input_stopped(const struct input *i);

/* ---- Inputs in inputs ---------------------------------------------- */

/*
 * Read a member of a bundle: its bytes come from `source` and are looked at as
 * any other input, also when they are compressed or a bundle themselves.
 * `member` is its path inside.  Returns as a format's read function.
 */
int input_read_member(const struct input *outer, const char *member,
                      stream_source *source, void *ctx,
                      struct fiche_error *err);

/* Read what `s` gives, whatever it is (format.h). */
int input_read(struct input *i, struct stream *s, struct fiche_error *err);

/* ---- For ingest.c -------------------------------------------------- */

/* The stream's pulse: progress, checkpoints, stop. */
int input_pulse(void *in, size_t got, struct fiche_error *err);
int64_t input_clock(void);
/* Watch an input that is not in a bundle: everything starts at nothing. */
void input_guard(struct fiche_ingest *in, struct stream *s);
/* Keep a name for as long as records may refer to it; NULL without memory. */
const char *input_keep_name(struct fiche_ingest *in, const char *name);

#endif
