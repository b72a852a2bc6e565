/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_sections.c - one generation, byte by byte: the void before it, its
 * sections in their order, its commit and its footer.
 *
 * What is known of the sections before goes along in a walk.  Behind one that
 * is damaged less is known, and less is asked of the next.
 */

#include "archive/verify.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/block.h"
#include "format/dict.h"

#define CHUNK ((size_t)1 << 20)

/* Hash a section's payload into its own hash and the batch's. */
static int hash_payload(struct verify *v, uint64_t at, uint64_t len,
                        struct sha256 *own, struct sha256 *batch,
                        uint8_t *chunk, struct fiche_error *err)
{
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < CHUNK ? (size_t)len : CHUNK;

		r = io_read(v->archive->file, at, chunk, n, err);
		if (r < 0)
			break;
		if (own)
			sha256_add(own, chunk, n);
		sha256_add(batch, chunk, n);
		at += n;
		len -= n;
		verify_progress(v, n);
	}
	return r;
}

/* The next place at or after `at` where a whole section header stands. */
static uint64_t resync(struct verify *v, uint64_t at, uint64_t end)
{
	struct section s;

	for (; at + SECTION_HEADER_SIZE <= end; at++) {
		uint8_t sync[SECTION_SYNC_SIZE];

		if (io_read(v->archive->file, at + SECTION_SYNC_AT, sync,
		            sizeof(sync), NULL) < 0)
			break;
		if (memcmp(sync, SECTION_SYNC, sizeof(sync)) == 0 &&
		    archive_read_header(v->archive, at, end, &s, NULL) == 0)
			return at;
	}
	return end;
}

static void wrong_record(struct verify *v, struct verify_walk *w, uint64_t at,
                         uint64_t found)
{
	struct fiche_error why = { 0 };

	if (found != w->record && !w->lost_records) {
		(void)err_set(&why, FICHE_ERR_CORRUPT, at,
		              "record %llu stands where number %llu belongs",
		              (unsigned long long)found,
		              (unsigned long long)w->record);
		verify_finding(v, &why, 0, 0);
	}
	w->lost_records = false;
}

static bool has_dict(const struct verify_walk *w, uint32_t id)
{
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i] == id)
			return true;
	return id == 0;
}

/* Each has an id of its own. */
static int check_dict(struct verify_walk *w, const struct section *s,
                      const uint8_t *payload, struct fiche_error *why)
{
	struct dict_head head;
	int r = dict_head_decode(&head, payload, (size_t)s->payload_len,
	                         s->offset, why);

	w->lost_dict |= r < 0;
	if (r < 0 || head.class & DICT_PARITY)
		return r;
	if (has_dict(w, head.id))
		return err_set(why, FICHE_ERR_CORRUPT, s->offset,
		               "dictionary %u is there a second time",
		               (unsigned)head.id);
	if (alloc_grow(&w->dicts, &w->dict_cap, w->dict_count + 1,
	               sizeof(*w->dicts)) < 0)
		return err_nomem(why);
	w->dicts[w->dict_count++] = head.id;
	return 0;
}

/* Blocks follow one another without gaps, and their dictionaries are before
 * them. */
static int check_block_head(struct verify *v, struct verify_walk *w,
                            const struct section *s, const uint8_t *payload,
                            struct fiche_error *why)
{
	struct block_head head;
	int r = block_head_decode(&head, payload, s->inner_len, s->payload_len,
	                          s->offset, why);

	w->lost_records |= r < 0;
	if (r == 0) {
		wrong_record(v, w, s->offset, head.first_record);
		w->record = head.first_record + head.record_count;
	}
	if (r == 0 && !w->lost_dict &&
	    !(has_dict(w, head.cards_dict) && has_dict(w, head.bodies_dict)))
		r = err_set(why, FICHE_ERR_CORRUPT, s->offset,
		            "the dictionary of a block is not before it");
	return r;
}

/*
 * A whole section by its type, also where nothing names it: recovery would take
 * it.  What is read of a block is its head.
 */
static int check_payload(struct verify *v, struct verify_walk *w,
                         const struct section *s, struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	struct buf raw = { 0 };
	size_t len = s->inner_len;
	uint64_t first, count;
	int r = 0;

	if (s->type == SECTION_SUPERBLOCK || s->type == SECTION_COMMIT)
		r = err_set(&why, FICHE_ERR_CORRUPT, s->offset,
		            "a superblock or a commit stands between other "
		            "sections");
	else if (s->type == SECTION_DICT && len > DICT_PAYLOAD_MAX)
		r = err_set(&why, FICHE_ERR_LIMIT, s->offset,
		            "dictionary is larger than a reader accepts");
	else if (s->type == SECTION_DATA || s->type == SECTION_DICT) {
		if (!buf_reserve(&raw, len))
			return err_nomem(err);
		r = io_read(v->archive->file, s->offset + SECTION_HEADER_SIZE,
		            raw.ptr, len, &why);
		if (r == 0)
			r = s->type == SECTION_DATA
			            ? check_block_head(v, w, s, raw.ptr, &why)
			            : check_dict(w, s, raw.ptr, &why);
	}
	buf_done(&raw);
	if (r == 0 || verify_ends_check(r))
		return r == 0 ? 0 : err_copy(err, &why);
	verify_records_at(v, s->offset, &first, &count);
	return verify_damaged_section(v, &why, s->offset, first, count, err);
}

static int check_section(struct verify *v, struct verify_walk *w, uint64_t at,
                         uint64_t end, uint64_t *next, struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	uint8_t header[SECTION_HEADER_SIZE], sha[32];
	uint64_t first, count;
	struct section s;
	int r;

	r = archive_read_header(v->archive, at, end, &s, &why);
	if (verify_ends_check(r))
		return err_copy(err, &why);
	if (r < 0) {
		uint64_t to = resync(v, at + 1, end);

		/* The commit stands behind it: nothing is cut off here. */
		if (r == FICHE_ERR_TRUNCATED)
			(void)err_set(&why, FICHE_ERR_CORRUPT, at,
			              "a section reaches into the commit "
			              "behind it");

		verify_records_at(v, at, &first, &count);
		r = verify_damaged_section(v, &why, at, first, count, err);
		if (r < 0)
			return r;
		verify_walk_lost(w);
		*next = to;
		return hash_payload(v, at, to - at, NULL, w->batch, w->chunk,
		                    err);
	}
	v->report.sections++;
	if (s.sequence != w->sequence && !w->lost_count) {
		(void)err_set(&why, FICHE_ERR_CORRUPT, at,
		              "section %llu stands where number %llu belongs",
		              (unsigned long long)s.sequence,
		              (unsigned long long)w->sequence);
		verify_finding(v, &why, 0, 0);
	}
	w->lost_count = false;
	w->sequence = s.sequence + 1;
	w->parity |= s.type == SECTION_PARITY;
	if (s.type == SECTION_WITHDRAWAL)
		w->withdrawal = at;
	r = io_read(v->archive->file, at, header, sizeof(header), err);
	if (r < 0)
		return r;
	sha256_add(w->batch, header, sizeof(header));
	r = hash_payload(v, at + SECTION_HEADER_SIZE, s.payload_len, w->own,
	                 w->batch, w->chunk, err);
	if (r < 0)
		return r;
	if (sha256_end(w->own, sha) < 0)
		return err_nomem(err);
	if (memcmp(sha, s.sha256, 32) != 0) {
		verify_records_at(v, at, &first, &count);
		(void)err_set(&why, FICHE_ERR_CORRUPT, at,
		              "%s is damaged (SHA-256 mismatch)",
		              s.type == SECTION_DATA     ? "a block of articles"
		              : s.type == SECTION_INDEX  ? "an index segment"
		              : s.type == SECTION_DICT   ? "a dictionary"
		              : s.type == SECTION_PARITY ? "parity"
		              : s.type == SECTION_WITHDRAWAL
		                      ? "the list of withdrawn records"
		                      : "a section");
		r = verify_damaged_section(v, &why, at, first, count, err);
		w->lost_records |= s.type == SECTION_DATA;
		w->lost_dict |= s.type == SECTION_DICT;
	} else {
		r = check_payload(v, w, &s, err);
	}
	*next = at + section_size(&s);
	return r;
}

/* What holds from one commit to the next is what the sections before it say. */
static void check_carried(struct verify *v, const struct verify_walk *w,
                          const struct found_commit *c)
{
	bool is_protected = c->commit.flags & COMMIT_PROTECTED;
	struct fiche_error why = { 0 };

	if (w->lost_any || (c->commit.withdrawal == w->withdrawal &&
	                    is_protected == w->parity))
		return;
	(void)err_set(&why, FICHE_ERR_CORRUPT, c->section.offset,
	              is_protected != w->parity
	                      ? "commit %llu is wrong about parity"
	                      : "commit %llu names another list of withdrawn "
	                        "records than the last one",
	              (unsigned long long)c->commit.generation);
	verify_finding(v, &why, 0, 0);
}

int verify_walk_init(struct verify_walk *w, struct fiche_error *err)
{
	*w = (struct verify_walk){ .own = sha256_new(),
		                   .batch = sha256_new(),
		                   .chunk = alloc_bytes(CHUNK),
		                   .sequence = 1 };
	return w->own && w->batch && w->chunk ? 0 : err_nomem(err);
}

void verify_walk_done(struct verify_walk *w)
{
	alloc_free(w->dicts);
	alloc_free(w->chunk);
	sha256_free(w->own);
	sha256_free(w->batch);
}

void verify_walk_lost(struct verify_walk *w)
{
	w->lost_count = w->lost_records = w->lost_dict = w->lost_any = true;
}

int verify_generation(struct verify *v, struct verify_walk *w,
                      const struct found_commit *c, struct fiche_error *err)
{
	uint64_t end = c->section.offset, at, before = v->report.findings;
	struct fiche_error why = { 0 };
	uint8_t sha[32], have[FOOTER_SIZE], want[FOOTER_SIZE];
	struct footer f = { c->section.offset,
		            section_size(&c->section),
		            c->commit.generation,
		            c->end,
		            { 0 } };
	int r;

	at = c->commit.batch_start + c->commit.void_len;
	v->report.void_bytes += c->commit.void_len;
	r = hash_payload(v, c->commit.batch_start, c->commit.void_len, NULL,
	                 w->batch, w->chunk, err);
	while (r == 0 && at < end)
		r = check_section(v, w, at, end, &at, err);
	if (r < 0)
		return r;
	if (sha256_end(w->batch, sha) < 0)
		return err_nomem(err);
	if (memcmp(sha, c->commit.batch_sha256, 32) != 0) {
		/* Where all sections are whole it is the void, which has no
		 * sums of its own. */
		if (c->commit.void_len && v->report.findings == before)
			end = c->commit.batch_start;
		(void)err_set(&why, FICHE_ERR_CORRUPT, end,
		              "generation %llu is not what was committed "
		              "(batch SHA-256 mismatch)",
		              (unsigned long long)c->commit.generation);
		verify_finding(v, &why, 0, 0);
		end = c->section.offset;
	}
	if (c->section.sequence != w->sequence && !w->lost_count) {
		(void)err_set(&why, FICHE_ERR_CORRUPT, end,
		              "a commit has a wrong sequence number");
		verify_finding(v, &why, 0, 0);
	}
	check_carried(v, w, c);
	w->lost_count = false;
	w->sequence = c->section.sequence + 1;
	wrong_record(v, w, end, c->commit.record_count);
	w->record = c->commit.record_count;
	memcpy(f.uuid8, v->archive->uuid, sizeof(f.uuid8));
	footer_encode(want, &f);
	if (c->end > v->archive->size)
		(void)err_set(&why, FICHE_ERR_TRUNCATED, v->archive->size,
		              "the file ends inside a footer");
	else if ((r = io_read(v->archive->file, c->end - FOOTER_SIZE, have,
	                      sizeof(have), err)) < 0)
		return r;
	else if (memcmp(have, want, sizeof(have)) != 0)
		(void)err_set(&why, FICHE_ERR_CORRUPT, c->end - FOOTER_SIZE,
		              "the footer of generation %llu is damaged",
		              (unsigned long long)c->commit.generation);
	else
		return 0;
	verify_finding(v, &why, 0, 0);
	return 0;
}
