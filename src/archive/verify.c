/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.c - every byte of the file is covered by some check; make them all
 * (spec 4.8).  This file does what --quick does: sections, commits, the chain.
 */

#include "archive/verify.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/block.h"
#include "format/dict.h"

#define CHUNK ((size_t)1 << 20)

void verify_progress(struct verify *v, uint64_t bytes)
{
	v->done += bytes;
	if (v->opt->on_progress)
		v->opt->on_progress(v->opt->ctx, v->done, v->total);
}

/* The id of a record in hex, if the index still tells. */
static const char *find_id(struct verify *v, uint64_t number, char out[65])
{
	static const char digits[] = "0123456789abcdef";
	struct fiche_reader *rd = v->reader;
	size_t i = reader_find_segment(rd, number);
	const struct reader_segment *s;
	uint8_t digest[32];
	union view_in in;

	if (i == rd->segment_count ||
	    reader_segment(rd, v->view, i, false, &s, NULL) < 0 ||
	    segment_digest(&s->segment, view_in_init(&in, v->view, s),
	                   number - s->where.first_record, digest, NULL) < 0)
		return NULL;
	for (size_t k = 0; k < sizeof(digest); k++) {
		out[2 * k] = digits[digest[k] >> 4];
		out[2 * k + 1] = digits[digest[k] & 15];
	}
	out[64] = '\0';
	return out;
}

void verify_finding(struct verify *v, const struct fiche_error *why,
                    uint64_t first_record, uint64_t count)
{
	struct fiche_finding f = {
		.code = why->code,
		.offset = why->offset,
		.text = why->text,
		.first_record = first_record,
		.record_count = count,
	};
	struct fiche_article a;
	char id[65], title[256];

	v->report.findings++;
	v->unsupported += why->code == FICHE_ERR_UNSUPPORTED;
	v->over_limit += why->code == FICHE_ERR_LIMIT;
	v->report.records_lost += count;
	if (!v->opt->on_finding)
		return;
	if (count > 0) {
		f.id = find_id(v, first_record, id);
		/* The cards may be whole where the bodies are not. */
		if (fiche_view_card(v->view, first_record, &a, NULL) == 0 &&
		    a.title.len > 0) {
			size_t n = a.title.len < sizeof(title) - 1
			                   ? a.title.len
			                   : sizeof(title) - 1;

			memcpy(title, a.title.ptr, n);
			title[n] = '\0';
			f.title = title;
		}
	}
	v->opt->on_finding(v->opt->ctx, &f);
}

bool verify_is_damaged(const struct verify *v, uint64_t offset)
{
	for (size_t i = 0; i < v->damaged_count; i++)
		if (v->damaged[i] == offset)
			return true;
	return false;
}

/* Report a damaged section, once. */
static int damaged_section(struct verify *v, const struct fiche_error *why,
                           uint64_t offset, uint64_t first, uint64_t count,
                           struct fiche_error *err)
{
	if (alloc_grow(&v->damaged, &v->damaged_cap, v->damaged_count + 1,
	               sizeof(*v->damaged)) < 0)
		return err_nomem(err);
	v->damaged[v->damaged_count++] = offset;
	verify_finding(v, why, first, count);
	return 0;
}

static bool ends_check(int r)
{
	return r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO;
}

/* Report a failure of reading, unless it ends the check. */
static int note(struct verify *v, int r, const struct fiche_error *why,
                struct fiche_error *err)
{
	if (r == 0)
		return 0;
	if (ends_check(r))
		return err_copy(err, why);
	verify_finding(v, why, 0, 0);
	return 0;
}

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

/* Which records a damaged DATA section holds, as far as the index tells. */
static void records_at(struct verify *v, uint64_t offset, uint64_t *first,
                       uint64_t *count)
{
	struct fiche_reader *rd = v->reader;

	*first = *count = 0;
	for (size_t i = 0; i < rd->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_block b;
		union view_in in;

		if (reader_segment(rd, v->view, i, false, &s, NULL) < 0)
			continue;
		for (uint64_t k = 0; k < s->segment.block_count; k++) {
			if (segment_block_at(&s->segment,
			                     view_in_init(&in, v->view, s), k,
			                     &b, NULL) < 0)
				break;
			if (b.offset != offset)
				continue;
			*first = s->where.first_record + b.first_idx;
			*count = b.record_count;
			return;
		}
	}
}

struct walk {
	struct sha256 *own, *batch;
	uint8_t *chunk;
	uint64_t sequence; /* expected next */
	uint64_t record;   /* the same */
	bool lost_count;   /* a section was skipped: any sequence will do */
	bool lost_records; /* ... and any record */
	bool lost_dict;    /* ... and blocks with a dictionary not seen */
	uint32_t *dicts;   /* their ids, so far */
	size_t dict_count, dict_cap;
	bool lost_any;       /* of the two below nothing is known for sure: */
	uint64_t withdrawal; /* the last WITHDRAWAL */
	bool parity;         /* a PARITY */
};

static void lost_section(struct walk *w)
{
	w->lost_count = w->lost_records = w->lost_dict = w->lost_any = true;
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

static void wrong_record(struct verify *v, struct walk *w, uint64_t at,
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

static bool has_dict(const struct walk *w, uint32_t id)
{
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i] == id)
			return true;
	return id == 0;
}

/* Each has an id of its own. */
static int check_dict(struct walk *w, const struct section *s,
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
static int check_block_head(struct verify *v, struct walk *w,
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
static int check_payload(struct verify *v, struct walk *w,
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
	if (r == 0 || ends_check(r))
		return r == 0 ? 0 : err_copy(err, &why);
	records_at(v, s->offset, &first, &count);
	return damaged_section(v, &why, s->offset, first, count, err);
}

static int check_section(struct verify *v, struct walk *w, uint64_t at,
                         uint64_t end, uint64_t *next, struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	uint8_t header[SECTION_HEADER_SIZE], sha[32];
	uint64_t first, count;
	struct section s;
	int r;

	r = archive_read_header(v->archive, at, end, &s, &why);
	if (ends_check(r))
		return err_copy(err, &why);
	if (r < 0) {
		uint64_t to = resync(v, at + 1, end);

		/* The commit stands behind it: nothing is cut off here. */
		if (r == FICHE_ERR_TRUNCATED)
			(void)err_set(&why, FICHE_ERR_CORRUPT, at,
			              "a section reaches into the commit "
			              "behind it");

		records_at(v, at, &first, &count);
		r = damaged_section(v, &why, at, first, count, err);
		if (r < 0)
			return r;
		lost_section(w);
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
		records_at(v, at, &first, &count);
		(void)err_set(&why, FICHE_ERR_CORRUPT, at,
		              "%s is damaged (SHA-256 mismatch)",
		              s.type == SECTION_DATA     ? "a block of articles"
		              : s.type == SECTION_INDEX  ? "an index segment"
		              : s.type == SECTION_DICT   ? "a dictionary"
		              : s.type == SECTION_PARITY ? "parity"
		              : s.type == SECTION_WITHDRAWAL
		                      ? "the list of withdrawn records"
		                      : "a section");
		r = damaged_section(v, &why, at, first, count, err);
		w->lost_records |= s.type == SECTION_DATA;
		w->lost_dict |= s.type == SECTION_DICT;
	} else {
		r = check_payload(v, w, &s, err);
	}
	*next = at + section_size(&s);
	return r;
}

/* What holds from one commit to the next is what the sections before it say. */
static void check_carried(struct verify *v, const struct walk *w,
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

/* Everything of one generation: void, sections, commit, footer. */
static int check_generation(struct verify *v, struct walk *w,
                            const struct found_commit *c,
                            struct fiche_error *err)
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

/* All commits, oldest first, as far back as the chain holds. */
static int read_chain(struct verify *v, struct found_commit **out,
                      size_t *count, struct fiche_error *err)
{
	struct found_commit *list = NULL, f;
	struct fiche_error why = { 0 };
	size_t n = 0, cap = 0;
	int r = 0;

	if (v->archive->has_commit) {
		r = archive_read_commit(
			v->archive, v->archive->last.section.offset, &f, err);
		if (r < 0)
			return r;
		while (r == 0) {
			if (alloc_grow(&list, &cap, n + 1, sizeof(*list)) < 0) {
				found_commit_done(&f);
				r = err_nomem(err);
				break;
			}
			list[n++] = f;
			r = archive_previous(v->archive, &list[n - 1], &f,
			                     &why);
			if (r < 0)
				r = note(v, r, &why, err) < 0 ? r : FICHE_END;
		}
	}
	for (size_t i = 0; i < n / 2; i++) {
		f = list[i];
		list[i] = list[n - 1 - i];
		list[n - 1 - i] = f;
	}
	*out = list;
	*count = n;
	return r < 0 ? r : 0;
}

/* A section that a commit names is there, and is what the commit says. */
static int check_row(struct verify *v, const struct found_commit *c,
                     enum section_type type, uint64_t offset, uint64_t size,
                     const uint8_t sha256[32], struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	struct section s;
	int r;

	r = archive_read_header(v->archive, offset, c->section.offset, &s,
	                        &why);
	if (r == 0 && (s.type != type || section_size(&s) != size ||
	               memcmp(s.sha256, sha256, 32) != 0))
		r = err_set(&why, FICHE_ERR_CORRUPT, c->section.offset,
		            "commit %llu names a section that is not what it "
		            "says",
		            (unsigned long long)c->commit.generation);
	return note(v, r, &why, err);
}

/* Its content is compared once, where the last commit names it. */
static int check_dict_parity(struct verify *v, const struct found_commit *c,
                             const struct commit_dict *d,
                             struct fiche_error *err)
{
	size_t len = dict_parity_len((size_t)d->size - SECTION_HEADER_SIZE);
	struct fiche_error why = { 0 };
	struct section s;
	int r = archive_read_header(v->archive, d->parity_offset,
	                            c->section.offset, &s, &why);

	if (r == 0 && (s.type != SECTION_DICT || s.payload_len != len))
		r = err_set(&why, FICHE_ERR_CORRUPT, c->section.offset,
		            "commit %llu names as parity of dictionary %u what "
		            "is none",
		            (unsigned long long)c->commit.generation,
		            (unsigned)d->id);
	return note(v, r, &why, err);
}

static int check_rows(struct verify *v, const struct found_commit *c,
                      struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->commit.segment_count; i++) {
		const struct commit_segment *s = &c->commit.segments[i];

		r = check_row(v, c, SECTION_INDEX, s->offset, s->size,
		              s->sha256, err);
	}
	for (size_t i = 0; r == 0 && i < c->commit.dict_count; i++) {
		const struct commit_dict *d = &c->commit.dicts[i];

		r = check_row(v, c, SECTION_DICT, d->offset, d->size, d->sha256,
		              err);
		if (r == 0)
			r = check_dict_parity(v, c, d, err);
	}
	return r;
}

/* The first commit names the superblock it stands on. */
static void check_first(struct verify *v, const struct found_commit *first)
{
	struct fiche_error why = { 0 };

	if (first->commit.generation != 1 || !v->archive->has_superblock ||
	    memcmp(first->commit.prev_sha256,
	           v->archive->superblock_section.sha256, 32) == 0)
		return;
	(void)err_set(&why, FICHE_ERR_CORRUPT, first->section.offset,
	              "the first commit was made on another superblock");
	verify_finding(v, &why, 0, 0);
}

static int check_superblock(struct verify *v, struct fiche_error *err)
{
	uint8_t raw[SUPERBLOCK_SIZE];
	struct fiche_error why = { 0 };
	struct superblock sb;
	struct section s;
	int r;

	r = io_read(v->archive->file, 0, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	v->report.sections++;
	r = superblock_decode(&sb, &s, raw, &why);
	if (r == FICHE_ERR_FOREIGN)
		(void)err_set(&why, FICHE_ERR_CORRUPT, 0,
		              "the first bytes of the archive are damaged");
	return note(v, r, &why, err);
}

static int check_dictionaries(struct verify *v, struct fiche_error *err)
{
	const struct commit *c = &v->archive->last.commit;
	struct fiche_error why = { 0 };
	struct buf raw = { 0 }, parity = { 0 }, want = { 0 };
	int mended, r = 0;

	for (size_t i = 0;
	     r == 0 && v->archive->has_commit && i < c->dict_count; i++) {
		const struct commit_dict *d = &c->dicts[i];
		struct section s;
		size_t len =
			dict_parity_len((size_t)d->size - SECTION_HEADER_SIZE);

		r = archive_read_dict(v->archive, d, &raw, &mended, &why);
		r = note(v, r, &why, err);
		buf_clear(&parity);
		if (r == 0) {
			r = archive_read_section(v->archive, d->parity_offset,
			                         SECTION_HEADER_SIZE + len,
			                         SECTION_DICT, &s, &parity,
			                         &why);
			/* What it should be, to the byte. */
			buf_clear(&want);
			dict_parity_encode(&want, d->id, d->class, raw.ptr,
			                   raw.len);
			if (r == 0 && !buf_ok(&want))
				r = err_nomem(&why);
			if (r == 0 &&
			    memcmp(want.ptr, parity.ptr + SECTION_HEADER_SIZE,
			           len) != 0)
				r = err_set(&why, FICHE_ERR_CORRUPT,
				            d->parity_offset,
				            "the parity of dictionary %u does "
				            "not fit it",
				            (unsigned)d->id);
			r = note(v, r, &why, err);
		}
	}
	buf_done(&want);
	buf_done(&raw);
	buf_done(&parity);
	return r;
}

static void note_protection(struct verify *v, uint64_t protected_end)
{
	const struct archive *a = v->archive;

	v->report.parity =
		a->has_commit && (a->last.commit.flags & COMMIT_PROTECTED);
	if (v->report.parity && protected_end != FICHE_NOWHERE)
		v->report.unprotected_bytes = a->end - protected_end;
}

/* What keeps a commit behind the last good one from being good?  Those before
 * it reach up to `from`. */
static int check_lost(struct verify *v, struct walk *w, uint64_t offset,
                      uint64_t from, bool *gap, struct fiche_error *err)
{
	struct fiche_error why = { 0 };
	struct found_commit c;
	int r = archive_read_commit(v->archive, offset, &c, &why);

	*gap |= r < 0 || c.commit.batch_start != from;
	if (*gap)
		lost_section(w);
	if (r < 0)
		return note(v, r, &why, err);
	if (c.commit.batch_start >= from)
		r = check_generation(v, w, &c, err);
	found_commit_done(&c);
	return r;
}

/*
 * Footers tell of such commits.  Each is looked for behind the one before, so
 * that a file costs no more than one that is whole.
 */
static int check_all_lost(struct verify *v, struct walk *w,
                          struct fiche_error *err)
{
	struct archive *a = v->archive;
	uint64_t from = a->end;
	uint8_t raw[FOOTER_SIZE];
	bool gap = false;
	int r = 0;

	for (uint64_t end = from + COMMIT_ALIGN; r == 0 && end <= a->size;
	     end += COMMIT_ALIGN) {
		struct footer f;

		r = io_read(a->file, end - FOOTER_SIZE, raw, sizeof(raw), err);
		if (r < 0 || footer_decode(&f, raw, end, NULL) < 0 ||
		    f.commit_offset < from)
			continue;
		r = check_lost(v, w, f.commit_offset, from, &gap, err);
		from = end;
	}
	if (r == 0 && a->unbelieved >= from)
		r = check_lost(v, w, a->unbelieved, from, &gap, err);
	return r;
}

static int check_structure(struct verify *v, struct fiche_error *err)
{
	struct walk w = { .own = sha256_new(),
		          .batch = sha256_new(),
		          .chunk = alloc_bytes(CHUNK),
		          .sequence = 1 };
	uint64_t protected_end = 0;
	int r = 0;

	if (!w.own || !w.batch || !w.chunk)
		r = err_nomem(err);
	if (r == 0)
		r = check_superblock(v, err);
	if (r == 0)
		r = read_chain(v, &v->chain, &v->chain_count, err);
	v->report.generations = v->chain_count;
	for (size_t i = 0; r == 0 && i < v->chain_count; i++) {
		const struct found_commit *c = &v->chain[i];

		if (i == 0) {
			check_first(v, c);
			w.lost_count = c->commit.generation != 1;
			if (w.lost_count) {
				protected_end = FICHE_NOWHERE;
				lost_section(&w);
			}
		}
		r = check_generation(v, &w, c, err);
		if (r == 0)
			r = check_rows(v, c, err);
		if (r == 0)
			r = verify_parity(v, c, i > 0 ? c - 1 : NULL,
			                  &protected_end, err);
	}
	note_protection(v, protected_end);
	if (r == 0 && v->archive->commit_lost)
		r = check_all_lost(v, &w, err);
	if (r == 0)
		r = check_dictionaries(v, err);
	if (r == 0)
		r = verify_withdrawn(v, err);
	alloc_free(w.dicts);
	alloc_free(w.chunk);
	sha256_free(w.own);
	sha256_free(w.batch);
	return r;
}

static void check_tail(struct verify *v)
{
	struct archive *a = v->archive;
	struct fiche_error why = { 0 };

	v->report.tail_size = a->size > a->end ? a->size - a->end : 0;
	if (a->size > a->end && a->commit_lost) {
		(void)err_set(
			&why, FICHE_ERR_CORRUPT, a->end,
			"a later commit is damaged or was never complete");
		verify_finding(v, &why, 0, 0);
	}
}

static int run(struct verify *v, struct fiche_error *err)
{
	int r;

	v->total = v->archive->end * (v->opt->quick ? 1 : 2);
	r = check_structure(v, err);
	if (r == 0 && v->archive->size > v->archive->end)
		r = verify_shifts(v, err);
	if (r == 0 && v->reader->recovered &&
	    (v->archive->commit_lost || !v->archive->has_superblock)) {
		struct fiche_error why = { 0 };

		(void)err_set(&why, FICHE_ERR_CORRUPT, 0,
		              "no whole commit is left; %llu articles can be "
		              "recovered",
		              (unsigned long long)v->reader->lost.records);
		verify_finding(v, &why, 0, 0);
	} else if (r == 0) {
		check_tail(v);
	}
	if (r == 0 && !v->opt->quick && !v->reader->recovered)
		r = verify_content(v, err);
	return r;
}

int verify_file(struct io *io, const char *path, struct io_file *file,
                const struct fiche_verify_options *opt,
                struct fiche_verify_report *out, struct fiche_error *err)
{
	static const struct fiche_verify_options standard;
	const struct fiche_open_options all = { .withdrawn = true };
	struct verify v = { .path = path,
		            .io = io,
		            .opt = opt ? opt : &standard };
	int r;

	memset(out, 0, sizeof(*out));
	r = reader_open_file(&v.reader, file, &all, err);
	if (r < 0)
		return r;
	v.archive = &v.reader->archive;
	v.report.file_size = v.archive->size;
	v.view = fiche_view_new(v.reader);
	v.pool = pool_new(v.opt->threads);
	r = v.view && v.pool ? run(&v, err) : err_nomem(err);
	for (size_t i = 0; i < v.chain_count; i++)
		found_commit_done(&v.chain[i]);
	alloc_free(v.chain);
	alloc_free(v.damaged);
	pool_free(v.pool);
	fiche_view_free(v.view);
	fiche_reader_close(v.reader);
	*out = v.report;
	if (r < 0)
		return r;
	/* Damage first: it will not go away with another program. */
	if (v.report.findings &&
	    v.report.findings == v.unsupported + v.over_limit)
		return v.unsupported
		               ? err_set(err, FICHE_ERR_UNSUPPORTED,
		                         FICHE_NOWHERE,
		                         "parts of the archive need a newer "
		                         "program")
		               : err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		                         "parts of the archive are larger than "
		                         "this program accepts");
	if (v.report.findings)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the archive is damaged");
	if (v.report.tail_size)
		return err_set(err, FICHE_ERR_TRUNCATED, FICHE_NOWHERE,
		               "bytes of an interrupted append or of a cut "
		               "file follow the last commit");
	return 0;
}

int verify_io(struct io *io, const char *path,
              const struct fiche_verify_options *opt,
              struct fiche_verify_report *out, struct fiche_error *err)
{
	struct io_file *file;
	int r;

	memset(out, 0, sizeof(*out));
	r = io_open(io, path, IO_READ, &file, err);
	return r < 0 ? r : verify_file(io, path, file, opt, out, err);
}

int fiche_verify(const char *path, const struct fiche_verify_options *opt,
                 struct fiche_verify_report *out, struct fiche_error *err)
{
	return verify_io(io_posix(), path, opt, out, err);
}
