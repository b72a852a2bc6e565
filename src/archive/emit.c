/* SPDX-License-Identifier: Apache-2.0 */
/* emit.c - sections out; see emit.h. */

#include "archive/emit.h"

#include <string.h>

#include "base/err.h"

int emit_init(struct emitter *e, struct io_file *file, const uint8_t *uuid,
              uint64_t at, uint64_t sequence, struct fiche_error *err)
{
	memset(e, 0, sizeof(*e));
	e->file = file;
	memcpy(e->uuid, uuid, UUID_SIZE);
	e->at = at;
	e->batch_start = at;
	e->sequence = sequence;
	e->hash = sha256_new();
	return e->hash ? 0 : err_nomem(err);
}

void emit_done(struct emitter *e)
{
	sha256_free(e->hash);
	e->hash = NULL;
}

int emit_bytes(struct emitter *e, const void *bytes, size_t len,
               struct fiche_error *err)
{
	int r = io_write(e->file, e->at, bytes, len, err);

	if (r < 0)
		return r;
	sha256_add(e->hash, bytes, len);
	e->at += len;
	return 0;
}

int emit_section(struct emitter *e, enum section_type type, uint8_t *raw,
                 uint64_t payload_len, uint32_t inner_len, const uint8_t *sha,
                 struct section *out, struct fiche_error *err)
{
	struct section s = {
		.type = (uint8_t)type,
		.version = SECTION_VERSION,
		.flags = SECTION_CRITICAL,
		.inner_len = inner_len,
		.offset = e->at,
		.sequence = e->sequence,
		.payload_len = payload_len,
	};
	int r;

	memcpy(s.uuid, e->uuid, UUID_SIZE);
	if (sha)
		memcpy(s.sha256, sha, sizeof(s.sha256));
	else if (sha256_of(s.sha256, raw + SECTION_HEADER_SIZE,
	                   (size_t)payload_len) < 0)
		return err_nomem(err);
	section_encode(raw, &s);
	r = emit_bytes(e, raw, SECTION_HEADER_SIZE + (size_t)payload_len, err);
	if (r < 0)
		return r;
	e->sequence++;
	e->structure += SECTION_HEADER_SIZE + inner_len;
	*out = s;
	return 0;
}

int emit_make_commit(struct buf *out, struct section *section,
                     const struct commit *c, const uint8_t uuid[UUID_SIZE],
                     uint64_t at, uint64_t sequence, struct fiche_error *err)
{
	size_t start = out->len, size;
	struct section s = {
		.type = SECTION_COMMIT,
		.version = SECTION_VERSION,
		.flags = SECTION_CRITICAL,
		.offset = at,
		.sequence = sequence,
	};
	struct footer f = { .commit_offset = at, .generation = c->generation };

	buf_zeros(out, SECTION_HEADER_SIZE);
	commit_encode(out, c, at);
	size = out->len - start;
	buf_zeros(out, FOOTER_SIZE);
	if (!buf_ok(out))
		return err_nomem(err);
	s.payload_len = size - SECTION_HEADER_SIZE;
	s.inner_len = (uint32_t)s.payload_len;
	memcpy(s.uuid, uuid, UUID_SIZE);
	if (sha256_of(s.sha256, out->ptr + start + SECTION_HEADER_SIZE,
	              (size_t)s.payload_len) < 0)
		return err_nomem(err);
	section_encode(out->ptr + start, &s);
	f.commit_size = size;
	f.end = at + size + FOOTER_SIZE;
	memcpy(f.uuid8, uuid, sizeof(f.uuid8));
	footer_encode(out->ptr + start + size, &f);
	*section = s;
	return 0;
}
