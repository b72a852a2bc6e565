/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - opening for append, batches, commits (spec 4.6).
 *
 * The order of a commit is the whole protocol: frames were decoded and compared
 * when they were made; sections are written behind everything that is there; a
 * long batch is synced; COMMIT and FOOTER are written; one sync; only then is
 * success reported.  A failure poisons the writer and leaves bytes that no commit
 * names, which the next writer declares void.
 */

#include "archive/writer.h"

#include <string.h>

#include "article/fields.h"
#include "article/json.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"

/* Beyond this the tables of seen records are dropped after a commit and the
 * index is asked instead. */
#define SEEN_MAX ((size_t)1 << 20)

static int clock_now(struct fiche_writer *w, int64_t *now,
                         struct fiche_error *err)
{
	if (w->opt.has_time) {
		*now = w->opt.time;
		return 0;
	}
	return io_now(w->io, now, err);
}

/* ---- opening ---- */

static int check_defaults(const char *json, struct fiche_error *err)
{
	struct json_scanner s;
	struct json_item item;
	enum json_type t;

	if (strlen(json) > BLOCK_DEFAULTS_MAX)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the defaults are longer than 64 KiB");
	json_init(&s, json, strlen(json));
	t = json_next(&s, &item);
	if (t == JSON_OBJECT)
		t = json_skip(&s);
	else
		t = JSON_BAD;
	if (t == JSON_BAD || json_next(&s, &item) != JSON_END)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the defaults are not a JSON object");
	return 0;
}

/*
 * After a failed sync the cache shows bytes that may never reach the medium, and
 * the next sync succeeds without them.  Whoever looks next shall see the truth.
 */
static int sync_or_forget(struct io_file *f, struct fiche_error *err)
{
	int r = io_sync(f, err);

	if (r < 0)
		(void)io_drop_cache(f, NULL);
	return r;
}

static int create(struct fiche_writer *w, struct fiche_error *err)
{
	struct superblock sb = { .major = FORMAT_MAJOR,
		                 .minor = FORMAT_MINOR,
		                 .suite = 1,
		                 .profile = w->opt.plain ? PROFILE_PLAIN : 0 };
	uint8_t uuid[UUID_SIZE], raw[SUPERBLOCK_SIZE];
	struct io_file *file;
	int r;

	r = clock_now(w, &sb.created, err);
	if (r == 0 && w->opt.uuid)
		memcpy(uuid, w->opt.uuid, UUID_SIZE);
	else if (r == 0) {
		r = io_random(w->io, uuid, UUID_SIZE, err);
		uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40);
		uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
	}
	if (r == 0 && superblock_encode(raw, &sb, uuid) < 0)
		r = err_nomem(err);
	if (r == 0)
		r = io_open(w->io, w->path, IO_CREATE, &file, err);
	if (r < 0)
		return r;
	/* The lock comes before the name: nobody else can be first. */
	r = io_lock(file, err);
	if (r == 0)
		r = io_write(file, 0, raw, sizeof(raw), err);
	if (r == 0)
		r = io_sync(file, err);
	if (r == 0)
		r = io_publish(file, w->path, err);
	if (r < 0) {
		io_close(file);
		return r;
	}
	return archive_open(&w->archive, file, err);
}

static int reopen(struct fiche_writer *w, struct fiche_error *err)
{
	struct io_file *file;
	uint32_t features;
	int r;

	r = io_open(w->io, w->path, IO_APPEND, &file, err);
	if (r < 0)
		return r;
	r = io_lock(file, err);
	if (r == 0)
		r = io_check_path(file, w->path, err);
	/* The last writer may have died before its sync: what we build on must
	 * be as durable as what we write. */
	if (r == 0)
		r = sync_or_forget(file, err);
	if (r < 0) {
		io_close(file);
		return r;
	}
	r = archive_open(&w->archive, file, err);
	if (r < 0)
		return r;
	if (!w->archive.has_superblock)
		return err_set(err, FICHE_ERR_CORRUPT, 0,
		               "the superblock is damaged; nothing is added to "
		               "a damaged archive");
	features = w->archive.superblock.append_features;
	if (w->archive.has_commit)
		features |= w->archive.last.commit.append_features;
	if (features)
		return err_set(err, FICHE_ERR_UNSUPPORTED, 0,
		               "adding needs features 0x%x that this program "
		               "does not know",
		               (unsigned)features);
	return 0;
}

/* Start from what the last commit says. */
static void take_state(struct fiche_writer *w)
{
	const struct commit *c = &w->archive.last.commit;

	w->plain = w->archive.superblock.profile == PROFILE_PLAIN;
	if (!w->archive.has_commit)
		return;
	w->next_number = c->record_count;
	w->records = c->record_count;
	w->duplicates = c->duplicate_count;
	w->record_bytes = c->record_bytes;
	w->body_bytes = c->body_bytes;
	w->blocks = c->block_count;
	w->tree.leaves = c->record_count;
	memcpy(w->tree.peaks, c->peaks, sizeof(c->peaks));
	w->stats.generation = c->generation;
	w->stats.total_records = c->record_count;
}

int writer_open_io(struct fiche_writer **out, struct io *io, const char *path,
                   const struct fiche_writer_options *opt,
                   struct fiche_error *err)
{
	static const struct fiche_writer_options standard;
	struct fiche_writer *w;
	int r = 0;

	*out = NULL;
	if (!opt)
		opt = &standard;
	if (opt->level < 0 || opt->level > LEVEL_MAX)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the level is not between 1 and 22");
	if (opt->defaults) {
		r = check_defaults(opt->defaults, err);
		if (r < 0)
			return r;
	}
	w = alloc_zeroed(1, sizeof(*w));
	if (!w)
		return err_nomem(err);
	w->io = io;
	w->opt = *opt;
	w->level = opt->level ? opt->level : LEVEL_DEFAULT;
	w->path = alloc_strndup(path, strlen(path));
	w->defaults = alloc_strndup(opt->defaults ? opt->defaults : "",
	                            opt->defaults ? strlen(opt->defaults) : 0);
	w->pool = pool_new(opt->threads);
	batch_init(&w->batch, w->pool);
	if (!w->path || !w->defaults || !w->pool)
		r = err_nomem(err);
	if (r == 0)
		r = opt->mode == FICHE_APPEND ? reopen(w, err) : create(w, err);
	if (r < 0) {
		fiche_writer_close(w);
		return r;
	}
	take_state(w);
	w->stats.void_bytes = w->archive.size - w->archive.end;
	w->stats.file_size = w->archive.size;
	*out = w;
	return 0;
}

int fiche_writer_open(struct fiche_writer **out, const char *path,
                      const struct fiche_writer_options *opt,
                      struct fiche_error *err)
{
	return writer_open_io(out, io_posix(), path, opt, err);
}

void fiche_writer_close(struct fiche_writer *w)
{
	if (!w)
		return;
	known_reset(w);
	choose_done(w);
	indexing_free(w->indexing);
	emit_done(&w->emit);
	batch_done(&w->batch);
	seen_done(&w->digests);
	seen_done(&w->urls);
	seen_done(&w->bodies);
	pool_free(w->pool);
	archive_close(&w->archive);
	alloc_free(w->defaults);
	alloc_free(w->path);
	alloc_free(w);
}

/* ---- a batch ---- */

/* Hash what an interrupted append left, and fill up its last page. */
static int declare_void(struct fiche_writer *w, struct fiche_error *err)
{
	static const uint8_t zeros[COMMIT_ALIGN];
	uint64_t at = w->archive.end, end = w->archive.size;
	uint8_t *chunk;
	int r = 0;

	if (at == end)
		return 0;
	chunk = alloc_bytes((size_t)1 << 20);
	if (!chunk)
		return err_nomem(err);
	while (r == 0 && at < end) {
		size_t n = end - at < (uint64_t)1 << 20 ? (size_t)(end - at)
		                                        : (size_t)1 << 20;

		r = io_read(w->archive.file, at, chunk, n, err);
		if (r == 0)
			sha256_add(w->emit.hash, chunk, n);
		at += n;
	}
	alloc_free(chunk);
	if (r == 0 && end % COMMIT_ALIGN)
		r = emit_bytes(&w->emit, zeros,
		               COMMIT_ALIGN - (size_t)(end % COMMIT_ALIGN),
		               err);
	w->void_len = w->emit.at - w->archive.end;
	return r;
}

/* Begin the sections of a new generation, if that was not done. */
static int begin_generation(struct fiche_writer *w, struct fiche_error *err)
{
	const struct archive *a = &w->archive;
	uint64_t sequence = 1;
	int r;

	if (w->indexing)
		return 0;
	if (a->has_commit)
		sequence = a->last.section.sequence + 1;
	r = emit_init(&w->emit, a->file, a->uuid, a->size, sequence, err);
	if (r < 0)
		return r;
	w->emit.batch_start = a->end;
	w->void_len = 0;
	r = declare_void(w, err);
	if (r < 0)
		return r;
	w->indexing = indexing_new(w->io, w->path, w->next_number);
	return w->indexing ? 0 : err_nomem(err);
}

static void reject(struct fiche_writer *w, const struct batch_record *r)
{
	w->stats.rejected++;
	if (w->opt.on_reject)
		w->opt.on_reject(w->opt.ctx, &r->origin,
		                 w->batch.raw.ptr + r->raw_at, r->raw_len,
		                 r->why);
}

/* Refused, there already, or new: in input order. */
static int sift(struct fiche_writer *w, struct fiche_error *err)
{
	for (size_t i = 0; i < w->batch.count; i++) {
		struct batch_record *rec = &w->batch.records[i];
		int r;

		if (rec->status < 0) {
			reject(w, rec);
			continue;
		}
		r = known_digest(w, rec->article.digest, &rec->duplicate, err);
		if (r < 0)
			return r;
		if (rec->duplicate) {
			w->duplicates++;
			w->stats.duplicates++;
			continue;
		}
		/* The number is not known before the order is. */
		if (!seen_put(&w->digests, rec->article.digest, 0, 0))
			return err_nomem(err);
	}
	return 0;
}

static int find_version(struct fiche_writer *w, struct batch_record *rec,
                        struct fiche_error *err)
{
	int64_t time = record_version_time(&rec->article), newest;
	uint64_t number;
	int r;

	if (!rec->keys.has_url)
		return 0;
	r = known_url(w, rec, &number, &newest, err);
	if (r < 0)
		return r;
	if (r == 0) {
		w->stats.versions++;
		/* Numbers only grow: at the same time this one is newer. */
		if (time < newest) {
			rec->older = true;
			return seen_put(&w->urls, rec->keys.url, number, newest)
			               ? 0
			               : err_nomem(err);
		}
		rec->supersedes = number + 1;
	}
	return seen_put(&w->urls, rec->keys.url, rec->number, time)
	               ? 0
	               : err_nomem(err);
}

static int find_body(struct fiche_writer *w, struct batch_record *rec,
                     struct fiche_error *err)
{
	int r;

	if (!rec->keys.has_body)
		return 0;
	r = known_body(w, rec, &rec->shared_with, err);
	if (r < 0)
		return r;
	if (r == 0) {
		rec->shared = true;
		w->stats.shared_bodies++;
		return 0;
	}
	return seen_put(&w->bodies, rec->body_sha256, rec->number, 0)
	               ? 0
	               : err_nomem(err);
}

/* Numbers, shared bodies and versions, in stored order. */
static int number_records(struct fiche_writer *w, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->batch.order_count; i++) {
		struct batch_record *rec = w->batch.order[i];

		rec->number = w->next_number + i;
		r = find_body(w, rec, err);
		if (r == 0)
			r = find_version(w, rec, err);
	}
	return r;
}

static int index_block(struct fiche_writer *w, struct batch_block *k,
                       const struct section *s, struct fiche_error *err)
{
	struct index_block where = { s->offset, section_size(s),
		                     (uint32_t)k->count, k->cards_end };
	struct index_record x;
	int r = 0;

	for (size_t i = k->first; r == 0 && i < k->first + k->count; i++) {
		const struct batch_record *rec = w->batch.order[i];

		record_index(&x, &rec->article, &rec->keys, rec->kind,
		             rec->shared, rec->body.len);
		x.supersedes = rec->supersedes;
		x.flags |= rec->older ? FLAG_OLDER : 0;
		r = indexing_add(w->indexing, &x, err);
		if (r == 0 && merkle_add(&w->tree, rec->article.digest) < 0)
			r = err_nomem(err);
		w->record_bytes += rec->raw_len;
		w->body_bytes += rec->shared ? 0 : rec->body.len;
	}
	if (r == 0)
		r = indexing_block(w->indexing, &where, err);
	return r;
}

static int write_blocks(struct fiche_writer *w, struct fiche_error *err)
{
	struct batch *b = &w->batch;
	uint64_t total = 0;
	struct section s;
	int r;

	for (size_t i = 0; i < b->block_count; i++)
		total += b->blocks[i].section.len;
	r = io_reserve(w->archive.file, w->emit.at, total, err);
	for (size_t i = 0; r == 0 && i < b->block_count; i++) {
		struct batch_block *k = &b->blocks[i];

		r = emit_section(&w->emit, SECTION_DATA, k->section.ptr,
		                 k->section.len - SECTION_HEADER_SIZE,
		                 k->head.head_len, k->sha256, &s, err);
		if (r == 0)
			r = index_block(w, k, &s, err);
		buf_done(&k->section);
	}
	w->blocks += b->block_count;
	return r;
}

static int flush_batch(struct fiche_writer *w, struct fiche_error *err)
{
	struct batch *b = &w->batch;
	const struct dictionary *cards_dict = NULL;
	size_t defaults_len = strlen(w->defaults);
	int r;

	if (b->count == 0)
		return 0;
	r = batch_scan(b, w->defaults, defaults_len, err);
	if (r == 0)
		r = sift(w, err);
	if (r == 0)
		r = batch_group(b, err);
	if (r == 0 && b->order_count > 0) {
		r = begin_generation(w, err);
		if (r == 0)
			r = number_records(w, err);
		if (r == 0)
			r = choose_dictionaries(w, &cards_dict, err);
		if (r == 0)
			r = batch_plan(b, cards_dict, err);
		if (r == 0)
			r = batch_encode(b, w->level, w->defaults, defaults_len,
			                 err);
		if (r == 0)
			r = write_blocks(w, err);
	}
	if (r < 0) {
		w->failed = true;
		return r;
	}
	for (size_t i = 0; i < b->order_count; i++)
		w->stats.verbatim += b->order[i]->kind == KIND_VERBATIM;
	w->next_number += b->order_count;
	w->records += b->order_count;
	w->stats.records += b->order_count;
	batch_clear(b);
	if (w->indexing)
		w->stats.file_size = w->emit.at;
	if (w->opt.on_progress)
		w->opt.on_progress(w->opt.ctx, w->stats.records,
		                   w->stats.bytes_in, w->stats.file_size);
	return 0;
}

static int check_usable(const struct fiche_writer *w, struct fiche_error *err)
{
	if (w->failed)
		return err_set(err, FICHE_ERR_STATE, FICHE_NOWHERE,
		               "the writer failed before and can only be "
		               "closed");
	return 0;
}

static int add(struct fiche_writer *w, const char *card, size_t card_len,
               const void *bytes, size_t len, const struct fiche_origin *origin,
               struct fiche_error *err)
{
	struct batch *b = &w->batch;
	int r = check_usable(w, err);

	if (r < 0)
		return r;
	if (len > FICHE_RECORD_MAX || card_len > FICHE_RECORD_MAX)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "the record is longer than 64 MiB");
	if (b->count > 0 && (b->raw.len + card_len + len > BATCH_BYTES ||
	                     b->count >= BATCH_RECORDS)) {
		r = flush_batch(w, err);
		if (r < 0)
			return r;
	}
	if (batch_add(b, card, card_len, bytes, len, origin) < 0)
		return err_nomem(err);
	w->stats.bytes_in += len;
	return 0;
}

int fiche_writer_add_json(struct fiche_writer *w, const void *json, size_t len,
                          const struct fiche_origin *origin,
                          struct fiche_error *err)
{
	return add(w, NULL, 0, json, len, origin, err);
}

int fiche_writer_add_file(struct fiche_writer *w, const char *card,
                          size_t card_len, const void *bytes, size_t len,
                          const struct fiche_origin *origin,
                          struct fiche_error *err)
{
	struct json_scanner s;
	struct json_item item;

	/* Cards are lines. */
	json_init(&s, card, card_len);
	if (memchr(card, '\n', card_len) ||
	    json_next(&s, &item) != JSON_OBJECT || json_skip(&s) == JSON_BAD ||
	    json_next(&s, &item) != JSON_END)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the card is not a JSON object on one line");
	return add(w, card, card_len, bytes, len, origin, err);
}

/* ---- a commit ---- */

static int write_parities(struct fiche_writer *w, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->dict_count; i++) {
		struct writer_dict *d = &w->dicts[i];
		struct buf raw = { 0 };
		struct section s;

		if (!d->is_new)
			continue;
		buf_zeros(&raw, SECTION_HEADER_SIZE);
		dict_parity_encode(&raw, d->dict->id, d->dict->class,
		                   d->dict->payload.ptr, d->dict->payload.len);
		if (!buf_ok(&raw))
			r = err_nomem(err);
		if (r == 0)
			r = emit_section(
				&w->emit, SECTION_DICT, raw.ptr,
				raw.len - SECTION_HEADER_SIZE,
				(uint32_t)(raw.len - SECTION_HEADER_SIZE), NULL,
				&s, err);
		buf_done(&raw);
		if (r == 0)
			d->where.parity_offset = s.offset;
	}
	return r;
}

/* One page of a segment, ready for its place in the file. */
static int make_page(struct spool *s, uint64_t page, uint64_t at,
                     uint8_t out[PAGE_SIZE], size_t *len,
                     struct fiche_error *err)
{
	uint64_t logical = page * PAGE_DATA;
	size_t n = s->len - logical < PAGE_DATA ? (size_t)(s->len - logical)
	                                        : PAGE_DATA;
	int r = spool_read(s, logical, out, n, err);

	if (r < 0)
		return r;
	put_u32(out + n, page_crc(out, n, at + page * PAGE_SIZE));
	*len = n + 4;
	return 0;
}

/*
 * Write a spooled segment as an INDEX section.  Its hash stands in front of it,
 * so the pages are made twice.
 */
static int write_segment(struct fiche_writer *w, struct spool *s,
                         struct commit_segment *out, struct fiche_error *err)
{
	uint64_t pages = (s->len + PAGE_DATA - 1) / PAGE_DATA;
	struct section sec = { .type = SECTION_INDEX,
		               .version = SECTION_VERSION,
		               .flags = SECTION_CRITICAL,
		               .offset = w->emit.at,
		               .sequence = w->emit.sequence,
		               .payload_len = pages_stored_len(s->len) };
	uint64_t first = w->emit.at + SECTION_HEADER_SIZE;
	uint8_t raw[PAGE_SIZE];
	struct sha256 *hash;
	size_t len;
	int r = 0;

	if (sec.payload_len > UINT32_MAX - SECTION_HEADER_SIZE)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "an index segment would pass 4 GiB");
	hash = sha256_new();
	if (!hash)
		return err_nomem(err);
	for (uint64_t i = 0; r == 0 && i < pages; i++) {
		r = make_page(s, i, first, raw, &len, err);
		if (r == 0)
			sha256_add(hash, raw, len);
	}
	if (r == 0 && sha256_end(hash, sec.sha256) < 0)
		r = err_nomem(err);
	sha256_free(hash);
	sec.inner_len = (uint32_t)sec.payload_len;
	memcpy(sec.uuid, w->emit.uuid, UUID_SIZE);
	section_encode(raw, &sec);
	if (r == 0)
		r = io_reserve(w->archive.file, w->emit.at, section_size(&sec),
		               err);
	if (r == 0)
		r = emit_bytes(&w->emit, raw, SECTION_HEADER_SIZE, err);
	for (uint64_t i = 0; r == 0 && i < pages; i++) {
		r = make_page(s, i, first, raw, &len, err);
		if (r == 0)
			r = emit_bytes(&w->emit, raw, len, err);
	}
	w->emit.sequence++;
	w->emit.structure += section_size(&sec);
	out->offset = sec.offset;
	out->size = section_size(&sec);
	memcpy(out->sha256, sec.sha256, 32);
	return r;
}

/* Open the last `n` segments of the last commit for merging. */
struct older {
	struct segment segment;
	struct page_in in;
};

static int open_older(struct fiche_writer *w, struct page_cache *cache,
                      size_t n, struct older *older,
                      struct segment_part_in *parts, struct fiche_error *err)
{
	const struct commit *c = &w->archive.last.commit;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct commit_segment *s =
			&c->segments[c->segment_count - n + i];

		page_in_init(&older[i].in, w->archive.file, cache, s->offset,
		             s->size);
		r = segment_open(&older[i].segment, &older[i].in.in,
		                 pages_logical_len(s->size -
		                                   SECTION_HEADER_SIZE),
		                 s->offset, s->first_record, s->record_count,
		                 err);
		parts[i].segment = &older[i].segment;
		parts[i].in = &older[i].in.in;
	}
	return r;
}

static size_t count_to_merge(const struct fiche_writer *w)
{
	const struct commit *c = &w->archive.last.commit;
	uint64_t *records;
	size_t n = 0;

	if (!w->archive.has_commit || c->segment_count == 0)
		return 0;
	records = alloc_zeroed(c->segment_count, sizeof(*records));
	if (!records)
		return 0; /* merging can wait */
	for (size_t i = 0; i < c->segment_count; i++)
		records[i] = c->segments[i].record_count;
	n = tiers_to_merge(records, c->segment_count,
	                   indexing_count(w->indexing));
	alloc_free(records);
	return n;
}

/* The index of this generation, merged with `n` older segments. */
static int write_index(struct fiche_writer *w, size_t n,
                       struct commit_segment *out, struct fiche_error *err)
{
	struct page_cache *cache = page_cache_new();
	struct older *older = alloc_zeroed(n, sizeof(*older));
	struct segment_part_in *parts = alloc_zeroed(n, sizeof(*parts));
	struct spool spool;
	int r = 0;

	spool_init(&spool, w->io, w->path);
	out->first_record = indexing_first(w->indexing);
	out->record_count = indexing_count(w->indexing);
	if (!cache || !older || !parts)
		r = err_nomem(err);
	if (r == 0)
		r = open_older(w, cache, n, older, parts, err);
	if (r == 0 && n > 0) {
		out->record_count += out->first_record -
		                     older[0].segment.first_record;
		out->first_record = older[0].segment.first_record;
	}
	if (r == 0)
		r = indexing_finish(w->indexing, parts, n, &spool, err);
	if (r == 0)
		r = write_segment(w, &spool, out, err);
	spool_done(&spool);
	alloc_free(parts);
	alloc_free(older);
	page_cache_free(cache);
	return r;
}

/* Fill the lists of the new commit. */
static int fill_lists(struct fiche_writer *w, struct commit *c, size_t merged,
                      const struct commit_segment *added,
                      struct fiche_error *err)
{
	const struct commit *last = &w->archive.last.commit;
	size_t segments = w->archive.has_commit ? last->segment_count : 0;
	size_t dicts = w->archive.has_commit ? last->dict_count : 0;
	size_t n = dicts;

	c->segment_count = segments - merged + 1;
	c->segments = alloc_zeroed(c->segment_count, sizeof(*c->segments));
	c->dicts = alloc_zeroed(dicts + w->dict_count, sizeof(*c->dicts));
	if (!c->segments || !c->dicts)
		return err_nomem(err);
	for (size_t i = 0; i + 1 < c->segment_count; i++)
		c->segments[i] = last->segments[i];
	c->segments[c->segment_count - 1] = *added;
	for (size_t i = 0; i < dicts; i++)
		c->dicts[i] = last->dicts[i];
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i].is_new)
			c->dicts[n++] = w->dicts[i].where;
	c->dict_count = n;
	return 0;
}

static int fill_commit(struct fiche_writer *w, struct commit *c,
                       struct fiche_error *err)
{
	const struct archive *a = &w->archive;
	int r;

	c->major = FORMAT_MAJOR;
	c->minor = FORMAT_MINOR;
	c->fields_version = FIELDS_VERSION;
	c->generation = a->has_commit ? a->last.commit.generation + 1 : 1;
	r = clock_now(w, &c->time, err);
	if (r < 0)
		return r;
	c->batch_start = w->emit.batch_start;
	c->void_len = w->void_len;
	if (w->emit.at - c->batch_start > COMMIT_UNSYNCED_MAX)
		c->flags |= COMMIT_BATCH_SYNCED;
	if (a->has_commit) {
		c->prev_offset = a->last.section.offset;
		c->prev_size = section_size(&a->last.section);
		memcpy(c->prev_sha256, a->last.section.sha256, 32);
	} else {
		memcpy(c->prev_sha256, a->superblock_section.sha256, 32);
	}
	c->record_count = w->records;
	c->duplicate_count = w->duplicates;
	c->record_bytes = w->record_bytes;
	c->body_bytes = w->body_bytes;
	c->block_count = w->blocks;
	c->peak_count = merkle_peak_count(w->tree.leaves);
	memcpy(c->peaks, w->tree.peaks, sizeof(c->peaks));
	if (merkle_head(c->tree_head, c->peaks[0], c->peak_count) < 0)
		return err_nomem(err);
	return 0;
}

/* COMMIT and FOOTER behind the batch, then the sync that makes it all true. */
static int seal(struct fiche_writer *w, struct commit *c,
                struct section *section, struct fiche_error *err)
{
	struct footer f;
	struct buf raw = { 0 };
	uint64_t at = w->emit.at;
	int r = 0;

	if (c->flags & COMMIT_BATCH_SYNCED)
		r = sync_or_forget(w->archive.file, err);
	if (r == 0 && sha256_end(w->emit.hash, c->batch_sha256) < 0)
		r = err_nomem(err);
	buf_zeros(&raw, SECTION_HEADER_SIZE);
	commit_encode(&raw, c, at);
	f.commit_offset = at;
	f.commit_size = raw.len;
	f.generation = c->generation;
	f.end = at + raw.len + FOOTER_SIZE;
	memcpy(f.uuid8, w->emit.uuid, sizeof(f.uuid8));
	buf_zeros(&raw, FOOTER_SIZE);
	if (r == 0 && !buf_ok(&raw))
		r = err_nomem(err);
	if (r == 0) {
		size_t size = raw.len - FOOTER_SIZE;
		size_t payload = size - SECTION_HEADER_SIZE;

		footer_encode(raw.ptr + size, &f);
		r = io_reserve(w->archive.file, at, raw.len, err);
		if (r == 0)
			r = emit_section(&w->emit, SECTION_COMMIT, raw.ptr,
			                 payload, (uint32_t)payload, NULL,
			                 section, err);
		if (r == 0)
			r = io_write(w->archive.file, w->emit.at,
			             raw.ptr + size, FOOTER_SIZE, err);
		w->emit.structure += FOOTER_SIZE;
	}
	buf_done(&raw);
	if (r == 0)
		r = sync_or_forget(w->archive.file, err);
	return r;
}

static int commit(struct fiche_writer *w, struct fiche_error *err)
{
	struct found_commit next = { 0 };
	struct commit_segment added = { 0 };
	size_t merged = count_to_merge(w);
	int r;

	r = io_check_path(w->archive.file, w->path, err);
	if (r == 0)
		r = write_parities(w, err);
	if (r == 0)
		r = write_index(w, merged, &added, err);
	if (r == 0)
		r = fill_lists(w, &next.commit, merged, &added, err);
	if (r == 0)
		r = fill_commit(w, &next.commit, err);
	if (r == 0)
		r = seal(w, &next.commit, &next.section, err);
	if (r < 0) {
		found_commit_done(&next);
		return r;
	}
	next.end = w->emit.at + FOOTER_SIZE;
	if (w->archive.has_commit)
		found_commit_done(&w->archive.last);
	w->archive.last = next;
	w->archive.has_commit = true;
	w->archive.end = next.end;
	w->archive.size = next.end;
	w->archive.footer_damaged = false;
	return 0;
}

int fiche_writer_commit(struct fiche_writer *w, struct fiche_error *err)
{
	int r = check_usable(w, err);

	if (r == 0)
		r = flush_batch(w, err);
	if (r < 0 || !w->indexing)
		return r;
	r = commit(w, err);
	if (r < 0) {
		w->failed = true;
		return r;
	}
	for (size_t i = 0; i < w->dict_count; i++)
		w->dicts[i].is_new = false;
	w->dicts_loaded = true;
	w->stats.structure_bytes += w->emit.structure;
	w->stats.file_size = w->archive.size;
	w->stats.generation = w->archive.last.commit.generation;
	w->stats.total_records = w->records;
	w->committed_records = w->stats.records;
	emit_done(&w->emit);
	indexing_free(w->indexing);
	w->indexing = NULL;
	known_reset(w);
	if (w->digests.count > SEEN_MAX) {
		seen_done(&w->digests);
		seen_done(&w->urls);
		seen_done(&w->bodies);
	}
	return 0;
}

uint64_t fiche_writer_pending(const struct fiche_writer *w)
{
	return w->batch.count + (w->stats.records - w->committed_records);
}

uint64_t fiche_writer_pending_bytes(const struct fiche_writer *w)
{
	return w->batch.raw.len +
	       (w->indexing ? w->emit.at - w->emit.batch_start : 0);
}

void fiche_writer_stats(const struct fiche_writer *w,
                        struct fiche_writer_stats *out)
{
	*out = w->stats;
}
