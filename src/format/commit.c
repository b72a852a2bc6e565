/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c - encode and check COMMIT payloads (spec 3.6). */

#include "format/commit.h"

#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"
#include "format/merkle.h"
#include "format/section.h"

#define FIXED_SIZE 224
#define ENTRY_SIZE 64

void commit_done(struct commit *c)
{
	alloc_free(c->segments);
	alloc_free(c->dicts);
	memset(c, 0, sizeof(*c));
}

int commit_copy(struct commit *out, const struct commit *c)
{
	struct commit copy = *c;

	copy.segments = alloc_zeroed(c->segment_count, sizeof(*c->segments));
	copy.dicts = alloc_zeroed(c->dict_count, sizeof(*c->dicts));
	if (!copy.segments || !copy.dicts) {
		commit_done(&copy);
		return FICHE_ERR_NOMEM;
	}
	if (c->segment_count)
		memcpy(copy.segments, c->segments,
		       c->segment_count * sizeof(*c->segments));
	if (c->dict_count)
		memcpy(copy.dicts, c->dicts, c->dict_count * sizeof(*c->dicts));
	*out = copy;
	return 0;
}

void commit_encode(struct buf *out, const struct commit *c, uint64_t at)
{
	size_t start = out->len;
	uint64_t end;

	buf_u16(out, c->major);
	buf_u16(out, c->minor);
	buf_u32(out, c->read_features);
	buf_u32(out, c->append_features);
	buf_u16(out, c->fields_version);
	buf_u16(out, c->tokenizer_version);
	buf_u64(out, c->generation);
	buf_u64(out, (uint64_t)c->time);
	buf_u64(out, c->batch_start);
	buf_u64(out, c->void_len);
	buf_u32(out, c->flags);
	buf_u32(out, (uint32_t)c->segment_count);
	buf_u32(out, (uint32_t)c->dict_count);
	buf_u32(out, c->peak_count);
	buf_put(out, c->batch_sha256, 32);
	buf_u64(out, c->prev_offset);
	buf_u64(out, c->prev_size);
	buf_put(out, c->prev_sha256, 32);
	buf_u64(out, c->record_count);
	buf_u64(out, c->duplicate_count);
	buf_u64(out, c->record_bytes);
	buf_u64(out, c->body_bytes);
	buf_u64(out, c->block_count);
	buf_u64(out, c->withdrawal);
	buf_put(out, c->tree_head, 32);
	buf_put(out, c->peaks, (size_t)c->peak_count * 32);
	for (size_t i = 0; i < c->segment_count; i++) {
		const struct commit_segment *s = &c->segments[i];

		buf_u64(out, s->offset);
		buf_u64(out, s->size);
		buf_u64(out, s->first_record);
		buf_u64(out, s->record_count);
		buf_put(out, s->sha256, 32);
	}
	for (size_t i = 0; i < c->dict_count; i++) {
		const struct commit_dict *d = &c->dicts[i];

		buf_u32(out, d->id);
		buf_u8(out, d->class);
		buf_zeros(out, 3);
		buf_u64(out, d->offset);
		buf_u64(out, d->parity_offset);
		buf_u64(out, d->size);
		buf_put(out, d->sha256, 32);
	}
	end = at + SECTION_HEADER_SIZE + (out->len - start) + FOOTER_SIZE;
	buf_zeros(out, (size_t)(-end % COMMIT_ALIGN));
}

static bool inside(uint64_t offset, uint64_t size, uint64_t end)
{
	return offset >= SUPERBLOCK_SIZE && size >= SECTION_HEADER_SIZE &&
	       offset <= end && size <= end - offset;
}

/* The rules between fields; NULL if all hold, else the one broken. */
static const char *broken_rule(const struct commit *c, uint64_t at)
{
	uint64_t next = 0;
	uint8_t head[32];

	if (c->generation == 0)
		return "commit has generation 0";
	if (c->flags & ~(uint32_t)(COMMIT_BATCH_SYNCED | COMMIT_PROTECTED))
		return "reserved commit flags are set";
	if (c->batch_start < SUPERBLOCK_SIZE || c->batch_start > at ||
	    c->batch_start % COMMIT_ALIGN != 0 ||
	    c->void_len > at - c->batch_start)
		return "commit names an impossible batch";
	if (!(c->flags & COMMIT_BATCH_SYNCED) &&
	    at - c->batch_start > COMMIT_UNSYNCED_MAX)
		return "commit of a long batch was not synced before";
	if (c->generation == 1 ? c->prev_offset != 0 || c->prev_size != 0 ||
	                                 c->batch_start != SUPERBLOCK_SIZE
	                       : !inside(c->prev_offset, c->prev_size, at) ||
	                                 c->batch_start - c->prev_offset !=
	                                         c->prev_size + FOOTER_SIZE)
		return "commit names an impossible predecessor";
	if (c->withdrawal && !inside(c->withdrawal, SECTION_HEADER_SIZE, at))
		return "commit names an impossible withdrawal";
	for (size_t i = 0; i < c->segment_count; i++) {
		const struct commit_segment *s = &c->segments[i];

		if (!inside(s->offset, s->size, at) ||
		    s->first_record != next || s->record_count == 0 ||
		    s->record_count > UINT32_MAX ||
		    s->record_count > s->size / 32 || /* its digests */
		    s->record_count > c->record_count - next)
			return "commit names an impossible index segment";
		next += s->record_count;
	}
	if (next != c->record_count)
		return "index segments do not cover all records";
	for (size_t i = 0; i < c->dict_count; i++) {
		const struct commit_dict *d = &c->dicts[i];

		if (d->id == 0 || (i > 0 && d->id <= c->dicts[i - 1].id) ||
		    d->class < 1 || d->class > 2 ||
		    !inside(d->offset, d->size, at) ||
		    !inside(d->parity_offset, SECTION_HEADER_SIZE, at))
			return "commit names an impossible dictionary";
	}
	if (c->peak_count != merkle_peak_count(c->record_count))
		return "commit has a wrong number of tree peaks";
	if (merkle_head(head, c->peaks[0], c->peak_count) < 0 ||
	    memcmp(head, c->tree_head, 32) != 0)
		return "tree head does not follow from its peaks";
	return NULL;
}

int commit_decode(struct commit *out, const uint8_t *payload, size_t len,
                  uint64_t at, struct fiche_error *err)
{
	struct commit c = { 0 };
	struct cursor k;
	const char *broken;
	size_t lists;
	int r;

	cursor_init(&k, payload, len);
	c.major = cursor_u16(&k);
	c.minor = cursor_u16(&k);
	c.read_features = cursor_u32(&k);
	c.append_features = cursor_u32(&k);
	c.fields_version = cursor_u16(&k);
	c.tokenizer_version = cursor_u16(&k);
	c.generation = cursor_u64(&k);
	c.time = (int64_t)cursor_u64(&k);
	c.batch_start = cursor_u64(&k);
	c.void_len = cursor_u64(&k);
	c.flags = cursor_u32(&k);
	c.segment_count = cursor_u32(&k);
	c.dict_count = cursor_u32(&k);
	c.peak_count = cursor_u32(&k);
	if (len < FIXED_SIZE)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "commit is too short");
	r = format_check_version(c.major, c.read_features, at, err);
	if (r < 0)
		return r;
	cursor_copy(&k, c.batch_sha256, 32);
	c.prev_offset = cursor_u64(&k);
	c.prev_size = cursor_u64(&k);
	cursor_copy(&k, c.prev_sha256, 32);
	c.record_count = cursor_u64(&k);
	c.duplicate_count = cursor_u64(&k);
	c.record_bytes = cursor_u64(&k);
	c.body_bytes = cursor_u64(&k);
	c.block_count = cursor_u64(&k);
	c.withdrawal = cursor_u64(&k);
	cursor_copy(&k, c.tree_head, 32);

	lists = (len - FIXED_SIZE) / 32;
	if (!cursor_ok(&k) || c.peak_count > COMMIT_PEAKS_MAX ||
	    c.peak_count > lists ||
	    c.segment_count > (lists - c.peak_count) / 2 ||
	    c.dict_count > (lists - c.peak_count) / 2 - c.segment_count)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "commit lists do not fit its length");
	if (c.peak_count)
		cursor_copy(&k, c.peaks, c.peak_count * 32u);
	c.segments = alloc_zeroed(c.segment_count, sizeof(*c.segments));
	c.dicts = alloc_zeroed(c.dict_count, sizeof(*c.dicts));
	if (!c.segments || !c.dicts) {
		r = err_nomem(err);
		goto out;
	}
	for (size_t i = 0; i < c.segment_count; i++) {
		struct commit_segment *s = &c.segments[i];

		s->offset = cursor_u64(&k);
		s->size = cursor_u64(&k);
		s->first_record = cursor_u64(&k);
		s->record_count = cursor_u64(&k);
		cursor_copy(&k, s->sha256, 32);
	}
	for (size_t i = 0; i < c.dict_count; i++) {
		struct commit_dict *d = &c.dicts[i];

		d->id = cursor_u32(&k);
		d->class = cursor_u8(&k);
		cursor_zeros(&k, 3);
		d->offset = cursor_u64(&k);
		d->parity_offset = cursor_u64(&k);
		d->size = cursor_u64(&k);
		cursor_copy(&k, d->sha256, 32);
	}
	if (cursor_ok(&k) && k.left >= COMMIT_ALIGN)
		broken = "commit is padded by more than a page";
	else {
		cursor_zeros(&k, k.left);
		broken = !cursor_ok(&k) ? "commit padding is not zero"
		         : (at + SECTION_HEADER_SIZE + len + FOOTER_SIZE) %
		                         COMMIT_ALIGN
		                 ? "commit does not end at a page boundary"
		                 : broken_rule(&c, at);
	}
	if (broken) {
		r = err_set(err, FICHE_ERR_CORRUPT, at, "%s", broken);
		goto out;
	}
	*out = c;
	return 0;
out:
	commit_done(&c);
	return r;
}
