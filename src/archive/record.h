/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - what a stored record says: its fields, and its line in the index.
 * Writer, reader, recovery and verifier share this one reading.
 */
#ifndef ARCHIVE_RECORD_H
#define ARCHIVE_RECORD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/hash.h"
#include "fiche/article.h"
#include "format/block.h"
#include "index/build.h"

/*
 * Fill the fields of *out (not number, digest, text_size) from a record's card
 * and body; of a redacted record the digest and out->redacted instead; `body`
 * may be empty for kinds 0 and 2 if the text is not wanted. Texts live in
 * `arena` or are borrowed from card and body. Returns 0, FICHE_ERR_INPUT
 * (malformed card) or FICHE_ERR_NOMEM.
 */
int record_fields(struct fiche_article *out, struct arena *arena,
                  enum record_kind kind, struct fiche_text card,
                  struct fiche_text body, bool with_text, const char *defaults,
                  size_t defaults_len, struct fiche_error *err);

/*
 * The record as it came in; of a redacted one nothing.  `out` is borrowed from
 * body, or from `scratch`, where it is put together.  0, FICHE_ERR_CORRUPT or
 * FICHE_ERR_NOMEM.
 */
int record_bytes(struct fiche_text *out, struct buf *scratch,
                 enum record_kind kind, struct fiche_text card,
                 struct fiche_text body, struct fiche_error *err);

/* The digest of a record whose fields and bytes are known.  0 or
 * FICHE_ERR_NOMEM. */
int record_digest(struct fiche_article *a, struct fiche_text raw);

/* What a record is found by.  The first KEY_SIZE bytes go into the index. */
struct record_keys {
	uint8_t url[32], id[32], body[32];
	bool has_url, has_id, has_body;
};

/* Hash the keys of a record; `h` is scratch.  0 or FICHE_ERR_NOMEM. */
int record_keys(struct record_keys *out, const struct fiche_article *a,
                struct fiche_text body, struct sha256 *h);

/* Derive the index entry of a record, except what depends on other records:
 * `supersedes` and FLAG_OLDER.  A shared body has no key of its own. */
void record_index(struct index_record *out, const struct fiche_article *a,
                  const struct record_keys *keys, enum record_kind kind,
                  bool shared, uint64_t body_len);

/* The moment that orders versions; INT64_MIN if the record has no date. */
int64_t record_version_time(const struct fiche_article *a);

#endif
