/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - a writer from opening to closing: what the public calls do.
 *
 * A failure poisons the writer and leaves bytes that no commit names, which the
 * next writer declares void.
 */

#include "archive/writer.h"

#include <string.h>

#include "archive/shifts.h"
#include "article/card.h"
#include "article/json.h"
#include "article/rules.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

int writer_clock(struct fiche_writer *w, int64_t *now, struct fiche_error *err)
{
	if (w->opt.has_time) {
		*now = w->opt.time;
		return 0;
	}
	return io_now(w->io, now, err);
}

static int check_defaults(const char *json, struct fiche_error *err)
{
	struct json_scanner s;
	struct json_item item;
	struct rules rules;
	struct fiche_error why;
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
	if (rules_read(&rules, json, strlen(json), &why) < 0)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE, "%s",
		               why.text);
	return 0;
}

/*
 * After a failed sync the cache shows bytes that may never reach the medium,
 * and the next sync succeeds without them.  Whoever looks next shall see the
 * truth.
 */
int writer_sync(struct io_file *f, struct fiche_error *err)
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
	int r = 0;

	if (w->opt.has_created)
		sb.created = w->opt.created;
	else
		r = writer_clock(w, &sb.created, err);
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
	if (r == 0 && !w->unnamed)
		r = io_publish(file, w->path, err);
	if (r < 0) {
		io_close(file);
		return r;
	}
	return archive_open(&w->archive, file, err);
}

/* What follows the last commit becomes void.  It shall not be what was
 * committed and only stands elsewhere. */
static int check_tail(struct fiche_writer *w, struct fiche_error *err)
{
	const struct archive *a = &w->archive;
	struct shifts_options opt = { .from = a->end, .uuid = a->uuid };
	struct shifts s;
	int r;

	if (a->size <= a->end || w->opt.give_up_commit)
		return 0;
	r = shifts_find(&s, a->file, &opt, err);
	if (r == 0 && s.count > 0)
		r = err_set(err, FICHE_ERR_CORRUPT, a->end,
		            "bytes were put in or taken out behind the last "
		            "commit that is in its place; adding would give up "
		            "what follows");
	shifts_done(&s);
	return r;
}

static int reopen(struct fiche_writer *w, struct fiche_error *err)
{
	struct io_file *file;
	uint32_t features;
	bool damaged;
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
		r = writer_sync(file, err);
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
	damaged = w->archive.has_commit && w->archive.last.batch_damaged;
	if ((w->archive.commit_lost || damaged) && !w->opt.give_up_commit)
		return err_set(err, FICHE_ERR_CORRUPT, w->archive.end,
		               "the last commit is damaged, or was torn by a "
		               "power cut; adding would give it up");
	if (damaged) {
		r = archive_step_back(&w->archive, err);
		if (r < 0)
			return r;
	}
	r = check_tail(w, err);
	if (r < 0)
		return r;
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
	w->words = w->opt.index != FICHE_INDEX_BASIC;
	if (!w->archive.has_commit)
		return;
	if (w->opt.index == FICHE_INDEX_DEFAULT)
		w->words = c->tokenizer_version != 0;
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

static int open_writer(struct fiche_writer **out, struct io *io,
                       const char *path, const struct fiche_writer_options *opt,
                       bool unnamed, struct fiche_error *err)
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
	w->unnamed = unnamed;
	w->level = opt->level ? opt->level : LEVEL_DEFAULT;
	w->path = alloc_strndup(path, strlen(path));
	w->defaults = alloc_strndup(opt->defaults ? opt->defaults : "",
	                            opt->defaults ? strlen(opt->defaults) : 0);
	w->pool = pool_new(opt->threads);
	batch_init(&w->batch, w->pool);
	w->batch.defaults.ptr = w->defaults;
	w->batch.defaults.len = opt->defaults ? strlen(opt->defaults) : 0;
	w->batch.require = opt->require;
	w->batch.strict = opt->strict;
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

int writer_open_io(struct fiche_writer **out, struct io *io, const char *path,
                   const struct fiche_writer_options *opt,
                   struct fiche_error *err)
{
	return open_writer(out, io, path, opt, false, err);
}

int writer_open_unnamed(struct fiche_writer **out, struct io *io,
                        const char *path,
                        const struct fiche_writer_options *opt,
                        struct fiche_error *err)
{
	return open_writer(out, io, path, opt, true, err);
}

int writer_publish(struct fiche_writer *w, struct fiche_error *err)
{
	int r = io_publish(w->archive.file, w->path, err);

	w->unnamed = r < 0;
	return r;
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
	finder_free(w->finder);
	emit_done(&w->emit);
	batch_done(&w->batch);
	seen_done(&w->digests);
	seen_done(&w->urls);
	seen_done(&w->bodies);
	seen_done(&w->dict_contents);
	withdrawals_done(&w->withdrawn);
	pool_free(w->pool);
	archive_close(&w->archive);
	alloc_free(w->defaults);
	alloc_free(w->path);
	alloc_free(w);
}

static int check_usable(const struct fiche_writer *w, struct fiche_error *err)
{
	if (w->failed)
		return err_set(err, FICHE_ERR_STATE, FICHE_NOWHERE,
		               "the writer failed before and can only be "
		               "closed");
	return 0;
}

int writer_add(struct fiche_writer *w, const char *card, size_t card_len,
               const void *bytes, size_t len, const struct fiche_text *text,
               const struct fiche_origin *origin, struct fiche_error *err)
{
	struct batch *b = &w->batch;
	size_t more = text ? text->len : 0;
	int r;

	if (b->count > 0 && (b->raw.len + card_len + len + more > BATCH_BYTES ||
	                     b->count >= BATCH_RECORDS)) {
		r = writer_flush(w, err);
		if (r < 0)
			return r;
	}
	if (batch_add(b, card, card_len, bytes, len, text, origin) < 0)
		return err_nomem(err);
	w->stats.bytes_in += len;
	return 0;
}

static int add(struct fiche_writer *w, const char *card, size_t card_len,
               const void *bytes, size_t len, const struct fiche_text *text,
               const struct fiche_origin *origin, struct fiche_error *err)
{
	int r = check_usable(w, err);

	if (r < 0)
		return r;
	if (len > FICHE_RECORD_MAX || card_len > FICHE_RECORD_MAX ||
	    (text && text->len > FICHE_RECORD_MAX))
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "the record is longer than 64 MiB");
	return writer_add(w, card, card_len, bytes, len, text, origin, err);
}

int fiche_writer_add_json(struct fiche_writer *w, const void *json, size_t len,
                          const struct fiche_origin *origin,
                          struct fiche_error *err)
{
	return add(w, NULL, 0, json, len, NULL, origin, err);
}

int fiche_writer_add_file(struct fiche_writer *w, const char *card,
                          size_t card_len, const void *bytes, size_t len,
                          const struct fiche_text *text,
                          const struct fiche_origin *origin,
                          struct fiche_error *err)
{
	struct json_scanner s;
	struct json_item item;
	struct fiche_text none;

	/* Cards are lines. */
	json_init(&s, card, card_len);
	if (memchr(card, '\n', card_len) ||
	    json_next(&s, &item) != JSON_OBJECT || json_skip(&s) == JSON_BAD ||
	    json_next(&s, &item) != JSON_END)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the card is not a JSON object on one line");
	/* In a body of 0 bytes no text has room. */
	if (card_file(&none, &none, card, card_len, "", 0, NULL) < 0)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the card has the place of a text already");
	if (text && !utf8_is_valid(text->ptr, text->len))
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the text beside the file is not UTF-8");
	return add(w, card, card_len, bytes, len, text, origin, err);
}

int fiche_writer_commit(struct fiche_writer *w, struct fiche_error *err)
{
	int r = check_usable(w, err);

	if (r == 0)
		r = writer_flush(w, err);
	if (r < 0 || (!w->indexing && !w->withdrawn_changed))
		return r;
	r = w->indexing ? 0 : writer_begin(w, err);
	if (r == 0)
		r = writer_seal(w, err);
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
	if (w->digests.count > WRITER_SEEN_MAX) {
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
