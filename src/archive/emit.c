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

/* `more` bytes stand behind the section and go out with it. */
static int emit(struct emitter *e, enum section_type type, uint8_t *raw,
                uint64_t payload_len, uint32_t inner_len, const uint8_t *sha,
                size_t more, struct section *out, struct fiche_error *err)
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
	r = emit_bytes(e, raw, SECTION_HEADER_SIZE + (size_t)payload_len + more,
	               err);
	if (r < 0)
		return r;
	e->sequence++;
	e->structure += SECTION_HEADER_SIZE + inner_len + more;
	*out = s;
	return 0;
}

int emit_section(struct emitter *e, enum section_type type, uint8_t *raw,
                 uint64_t payload_len, uint32_t inner_len, const uint8_t *sha,
                 struct section *out, struct fiche_error *err)
{
	return emit(e, type, raw, payload_len, inner_len, sha, 0, out, err);
}

int emit_commit(struct emitter *e, uint8_t *raw, size_t len,
                struct section *out, struct fiche_error *err)
{
	size_t payload = len - SECTION_HEADER_SIZE - FOOTER_SIZE;

	return emit(e, SECTION_COMMIT, raw, payload, (uint32_t)payload, NULL,
	            FOOTER_SIZE, out, err);
}
