/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.c - a snapshot of an archive.
 *
 * Opening reads the tail and the superblock; index segments and dictionaries
 * are touched when somebody asks, so that opening costs the same whatever the
 * archive holds.
 */

#include "archive/reader.h"
#include "archive/select.h"

#include <stdlib.h>
#include <string.h>

#include "archive/protection.h"
#include "archive/shifts.h"
#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"
#include "format/doclist.h"

#define FLAGS_CHUNK 8192 /* read at once */

static int take_segments(struct fiche_reader *r, struct fiche_error *err)
{
	const struct commit *c = &r->archive.last.commit;
	size_t n = r->archive.has_commit ? c->segment_count : 0;

	r->segments = alloc_zeroed(n, sizeof(*r->segments));
	if (!r->segments)
		return err_nomem(err);
	r->segment_count = n;
	for (size_t i = 0; i < n; i++)
		r->segments[i].where = c->segments[i];
	r->record_end = n ? c->record_count : 0;
	return 0;
}

/* The list of the newest commit, read before an earlier one is gone back to. */
static int take_withdrawn(struct fiche_reader *r,
                          const struct fiche_open_options *opt,
                          struct fiche_error *err)
{
	const struct commit *c = &r->archive.last.commit;
	struct fiche_error why = { 0 };
	int status;

	if (!r->archive.has_commit || c->withdrawal == 0 || opt->recover)
		return 0;
	status = withdrawals_read(&r->withdrawn, &r->archive, c->withdrawal,
	                          c->record_count, &why);
	if (status == 0)
		return 0;
	if (status == FICHE_ERR_NOMEM || status == FICHE_ERR_IO)
		return err_copy(err, &why);
	(void)err_set(&r->withdrawn_why, status, why.offset,
	              "which articles are withdrawn cannot be told (%s): "
	              "show all, or recover",
	              why.text);
	return opt->withdrawn ? 0 : err_copy(err, &r->withdrawn_why);
}

const struct fiche_statement *reader_hides(const struct fiche_reader *r,
                                           uint64_t number)
{
	return r->shows_withdrawn ? NULL
	                          : withdrawals_find(&r->withdrawn, number);
}

/* As if nothing were shifted: *file is replaced. */
static int realign(struct io_file **file, struct io_file **other,
                   struct fiche_error *err)
{
	static const struct shifts_options all;
	struct shifts s;
	int r = shifts_find(&s, *file, &all, err);

	if (r == 0 && s.count > 0)
		r = shifts_views(&s, file, other, err);
	shifts_done(&s);
	return r;
}

/* `file` is consumed. */
static int open_archive(struct archive *out, struct io_file *file, bool recover,
                        struct fiche_error *err)
{
	struct io_file *other = NULL;
	int r = recover ? realign(&file, &other, err) : 0;

	if (r < 0)
		io_close(file);
	else
		r = other ? archive_open_rest(out, file, err)
		          : archive_open(out, file, err);
	if (r < 0)
		io_close(other);
	else
		out->other = other;
	return r;
}

/* What it serves: the last good commit, or an earlier one; what is found by
 * scanning; or the last commit, good or not. */
enum serving { COMMITTED, RECOVERED, AS_IT_WAS };

static int serve(struct fiche_reader *r, const struct fiche_open_options *opt,
                 enum serving what, struct fiche_error *err)
{
	struct archive *a = &r->archive;
	int status;

	r->shows_withdrawn = opt->withdrawn;
	if (what == AS_IT_WAS) {
		status = archive_take_unbelieved(a, err);
		return status < 0 ? status : take_segments(r, err);
	}
	status = take_withdrawn(r, opt, err);
	if (status == 0 && opt->commit)
		status = archive_rewind(a, opt->commit, err);
	if (status < 0)
		return status;
	if (what == RECOVERED || (!a->has_commit && a->size > SUPERBLOCK_SIZE))
		return reader_recover(r, err);
	return take_segments(r, err);
}

static int open_reader(struct fiche_reader **out, struct io_file *file,
                       const struct fiche_open_options *opt, enum serving what,
                       struct fiche_error *err)
{
	struct fiche_reader *r = alloc_zeroed(1, sizeof(*r));
	int status;

	*out = NULL;
	if (!r) {
		io_close(file);
		return err_nomem(err);
	}
	(void)pthread_mutex_init(&r->mutex, NULL);
	(void)pthread_mutex_init(&r->scan_mutex, NULL);
	status = open_archive(&r->archive, file, what != COMMITTED, err);
	if (status < 0) {
		pthread_mutex_destroy(&r->mutex);
		pthread_mutex_destroy(&r->scan_mutex);
		alloc_free(r);
		return status;
	}
	status = serve(r, opt, what, err);
	if (status == 0 && !r->dicts) {
		static const struct commit nothing;

		r->dicts = dict_cache_new(r->archive.has_commit
		                                  ? &r->archive.last.commit
		                                  : &nothing);
		if (!r->dicts)
			status = err_nomem(err);
	}
	if (status < 0) {
		fiche_reader_close(r);
		return status;
	}
	*out = r;
	return 0;
}

int reader_open_file(struct fiche_reader **out, struct io_file *file,
                     const struct fiche_open_options *opt,
                     struct fiche_error *err)
{
	static const struct fiche_open_options none;

	if (!opt)
		opt = &none;
	return open_reader(out, file, opt, opt->recover ? RECOVERED : COMMITTED,
	                   err);
}

int reader_open_as_it_was(struct fiche_reader **out, struct io_file *file,
                          struct fiche_error *err)
{
	const struct fiche_open_options all = { .withdrawn = true };

	return open_reader(out, file, &all, AS_IT_WAS, err);
}

int fiche_reader_open(struct fiche_reader **out, const char *path,
                      const struct fiche_open_options *opt,
                      struct fiche_error *err)
{
	struct io_file *file;
	int r;

	*out = NULL;
	r = io_open(io_posix(), path, IO_READ, &file, err);
	if (r < 0)
		return r;
	return reader_open_file(out, file, opt, err);
}

void fiche_reader_close(struct fiche_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->segment_count; i++) {
		segment_fences_done(&r->segments[i].fences);
		buf_done(&r->segments[i].memory);
		words_done(&r->segments[i].words);
		buf_done(&r->segments[i].words_memory);
	}
	while (r->spare) {
		struct fiche_view *v = r->spare;

		r->spare = v->next_spare;
		fiche_view_free(v);
	}
	alloc_free(r->segments);
	alloc_free(r->latest);
	withdrawals_done(&r->withdrawn);
	dict_cache_free(r->dicts);
	archive_close(&r->archive);
	pthread_mutex_destroy(&r->mutex);
	pthread_mutex_destroy(&r->scan_mutex);
	alloc_free(r);
}

struct segment_in *view_in_init(union view_in *in, struct fiche_view *v,
                                const struct reader_segment *s)
{
	if (s->in_memory) {
		memory_in_init(&in->memory, s->memory.ptr, s->memory.len);
		return &in->memory.in;
	}
	page_in_init(&in->page, v->reader->archive.file, v->pages,
	             s->where.offset, s->where.size);
	return &in->page.in;
}

/* Called with the mutex held. */
static int open_segment(struct fiche_reader *r, struct fiche_view *v,
                        struct reader_segment *s, struct fiche_error *err)
{
	struct section section;
	union view_in in;
	uint64_t len = s->memory.len;
	int status;

	if (s->opened)
		return 0;
	if (!s->in_memory) {
		status = archive_read_header(&r->archive, s->where.offset,
		                             r->archive.size, &section, err);
		if (status < 0)
			return status;
		if (section.type != SECTION_INDEX ||
		    section_size(&section) != s->where.size ||
		    memcmp(section.sha256, s->where.sha256, 32) != 0)
			return err_set(err, FICHE_ERR_CORRUPT, s->where.offset,
			               "another section stands here than the "
			               "commit says");
		len = pages_logical_len(section.payload_len);
	}
	status = segment_open(&s->segment, view_in_init(&in, v, s), len,
	                      s->where.offset, s->where.first_record,
	                      s->where.record_count, err);
	s->opened = status == 0;
	return status;
}

int reader_segment(struct fiche_reader *r, struct fiche_view *v, size_t i,
                   bool fences, const struct reader_segment **out,
                   struct fiche_error *err)
{
	struct reader_segment *s = &r->segments[i];
	union view_in in;
	int status;

	pthread_mutex_lock(&r->mutex);
	status = open_segment(r, v, s, err);
	if (status == 0 && fences && !s->has_fences) {
		status = segment_fences_load(&s->fences, &s->segment,
		                             view_in_init(&in, v, s), err);
		s->has_fences = status == 0;
	}
	pthread_mutex_unlock(&r->mutex);
	*out = s;
	return status;
}

size_t reader_find_segment(const struct fiche_reader *r, uint64_t number)
{
	size_t lo = 0, hi = r->segment_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->segments[mid].where.first_record <= number)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || number - r->segments[lo - 1].where.first_record >=
	                       r->segments[lo - 1].where.record_count)
		return r->segment_count;
	return lo - 1;
}

/* How many records are of kind 3. */
static int count_redacted(uint64_t *count, const struct segment *s,
                          struct segment_in *in, struct fiche_error *err)
{
	uint64_t *flags = alloc_zeroed(FLAGS_CHUNK, sizeof(*flags));
	int r = flags ? 0 : err_nomem(err);

	for (uint64_t at = 0, n; r == 0 && at < s->count; at += n) {
		n = s->count - at < FLAGS_CHUNK ? s->count - at : FLAGS_CHUNK;
		r = segment_columns(s, in, COLUMN_FLAGS, at, n, flags, err);
		for (uint64_t i = 0; r == 0 && i < n; i++)
			*count += (flags[i] & FLAG_KIND) == KIND_REDACTED;
	}
	alloc_free(flags);
	return r;
}

/* Totals that only the segments know. */
static int survey_segment(struct fiche_survey *info, const struct segment *s,
                          struct segment_in *in, struct fiche_error *err)
{
	struct segment_block b;
	uint64_t idx, time;
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < s->block_count; i++) {
		r = segment_block_at(s, in, i, &b, err);
		info->data_bytes += r == 0 ? b.size : 0;
	}
	for (int last = 0; r == 0 && s->dated > 0 && last < 2; last++) {
		r = segment_dord(s, in, last ? s->dated - 1 : 0, &idx, err);
		if (r == 0)
			r = segment_column(s, in, COLUMN_DATE, idx, &time, err);
		if (r < 0)
			break;
		if (!last &&
		    (info->dated == 0 || (int64_t)time < info->first_date))
			info->first_date = (int64_t)time;
		if (last &&
		    (info->dated == 0 || (int64_t)time > info->last_date))
			info->last_date = (int64_t)time;
	}
	info->dated += s->dated;
	return r < 0 ? r : count_redacted(&info->redacted, s, in, err);
}

static int count_name(void *ctx, struct fiche_text name, uint64_t records)
{
	(void)name;
	(void)records;
	++*(size_t *)ctx;
	return 0;
}

void fiche_reader_info(struct fiche_reader *r, struct fiche_info *out)
{
	const struct archive *a = &r->archive;
	const struct commit *c = &a->last.commit;
	struct fiche_info info = { 0 };

	if (r->recovered)
		info = r->lost;
	info.major = a->has_commit ? c->major : a->superblock.major;
	info.minor = a->has_commit ? c->minor : a->superblock.minor;
	memcpy(info.uuid, a->uuid, UUID_SIZE);
	info.created = a->superblock.created;
	info.plain = a->superblock.profile == PROFILE_PLAIN;
	info.file_size = a->size;
	info.end = a->end;
	info.recovered = r->recovered;
	info.superblock_damaged = !a->has_superblock;
	info.footer_damaged = a->footer_damaged;
	info.commit_damaged = a->has_commit && a->last.batch_damaged;
	info.commit_lost = a->commit_lost && a->size > a->end;
	if (a->has_commit && !r->recovered) {
		info.generation = c->generation;
		info.committed = c->time;
		info.records = c->record_count;
		info.duplicates = c->duplicate_count;
		info.record_bytes = c->record_bytes;
		info.body_bytes = c->body_bytes;
		info.blocks = c->block_count;
		info.words = c->tokenizer_version != 0;
		info.parity = c->flags & COMMIT_PROTECTED;
		info.dictionaries = c->dict_count;
		for (size_t i = 0; i < c->dict_count; i++)
			info.dictionary_bytes +=
				c->dicts[i].size + SECTION_HEADER_SIZE +
				dict_parity_len((size_t)c->dicts[i].size -
			                        SECTION_HEADER_SIZE);
		memcpy(info.tree_head, c->tree_head, sizeof(info.tree_head));
	}
	info.withdrawn = r->withdrawn.count;
	info.withdrawn_unknown = r->withdrawn_why.code != 0;
	info.tail_size = r->recovered ? 0 : a->size - a->end;
	info.segments = r->segment_count;
	for (size_t i = 0; i < r->segment_count; i++)
		info.index_bytes += r->segments[i].where.size;
	*out = info;
}

int fiche_reader_protection(struct fiche_reader *r,
                            struct fiche_protection *out,
                            struct fiche_error *err)
{
	struct protection p = { 0 };
	int status = 0;

	if (!r->recovered)
		status = protection_find(&r->archive, &p, err);
	if (status == 0)
		*out = (struct fiche_protection){
			.profile = p.profile,
			.bytes = p.end,
			.more = r->archive.end - p.end,
		};
	return status;
}

const struct fiche_statement *fiche_reader_withdrawn(struct fiche_reader *r,
                                                     uint64_t number)
{
	return withdrawals_find(&r->withdrawn, number);
}

size_t fiche_reader_withdrawals(struct fiche_reader *r,
                                const struct fiche_statement **out)
{
	*out = r->withdrawn.list;
	return r->withdrawn.count;
}

int fiche_reader_survey(struct fiche_reader *r, struct fiche_survey *out,
                        struct fiche_error *err)
{
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_survey sum = { 0 };
	int status = v ? 0 : err_nomem(err);

	for (size_t i = 0; status == 0 && i < r->segment_count; i++) {
		const struct reader_segment *s;
		union view_in in;

		status = reader_segment(r, v, i, false, &s, err);
		if (status == 0)
			status = survey_segment(&sum, &s->segment,
			                        view_in_init(&in, v, s), err);
	}
	if (status == 0)
		status = fiche_reader_names(r, TERM_SOURCE, count_name,
		                            &sum.sources, err);
	if (status == 0)
		status = fiche_reader_names(r, TERM_LANGUAGE, count_name,
		                            &sum.languages, err);
	if (status == 0)
		status = fiche_reader_names(r, TERM_TAG, count_name, &sum.tags,
		                            err);
	fiche_view_free(v);
	if (status == 0)
		*out = sum;
	return status;
}

/* Names of all segments, collected and sorted. */
struct name {
	const char *ptr;
	size_t len;
	uint64_t records;
};

struct names {
	const struct segment *segment;
	struct segment_in *in;
	struct set hidden; /* records; no word: none */
	struct buf list;
	struct name *name;
	size_t count, cap;
	struct arena arena;
};

/* How many records with the name are hidden. */
static int count_hidden(struct names *n, const struct segment_part *list,
                        uint64_t *count, struct fiche_error *err)
{
	struct doclist l;
	int r;

	*count = 0;
	if (!n->hidden.word)
		return 0;
	buf_clear(&n->list);
	r = segment_list(n->segment, n->in, list, &n->list, err);
	if (r < 0)
		return r;
	doclist_init(&l, n->list.ptr, n->list.len, n->segment->count);
	*count = doclist_count(&l, n->hidden.word, n->segment->first_record);
	return l.bad ? err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
	                       "a list of records is malformed")
	             : 0;
}

static int set_hidden(struct set *out, const struct fiche_reader *r,
                      struct fiche_error *err)
{
	const struct withdrawals *w = &r->withdrawn;

	if (r->shows_withdrawn || w->count == 0)
		return 0;
	if (set_new(out, r->record_end) < 0)
		return err_nomem(err);
	for (size_t i = 0; i < w->count; i++)
		if (w->list[i].number < r->record_end)
			set_run(out, w->list[i].number, 1);
	return 0;
}

static int collect(void *ctx, const uint8_t *key, size_t len, uint64_t ordinal,
                   uint64_t docs, const struct segment_part *list,
                   struct fiche_error *err)
{
	struct names *n = ctx;
	struct name *at;
	uint64_t hidden;
	int r = count_hidden(n, list, &hidden, err);

	(void)ordinal;
	if (r < 0 || hidden >= docs)
		return r;
	if (alloc_grow(&n->name, &n->cap, n->count + 1, sizeof(*n->name)) < 0)
		return err_nomem(err);
	at = &n->name[n->count];
	at->ptr = arena_strndup(&n->arena, (const char *)key + 1, len - 1);
	if (!at->ptr)
		return err_nomem(err);
	at->len = len - 1;
	at->records = docs - hidden;
	n->count++;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return term_compare(x->ptr, x->len, y->ptr, y->len);
}

int fiche_reader_names(struct fiche_reader *r, char field,
                       int (*each)(void *ctx, struct fiche_text name,
                                   uint64_t records),
                       void *ctx, struct fiche_error *err)
{
	struct fiche_view *v = fiche_view_new(r);
	struct names n = { 0 };
	int status = v ? set_hidden(&n.hidden, r, err) : err_nomem(err);

	for (size_t i = 0; status == 0 && i < r->segment_count; i++) {
		const struct reader_segment *s;
		union view_in in;

		status = reader_segment(r, v, i, true, &s, err);
		if (status < 0)
			break;
		n.segment = &s->segment;
		n.in = view_in_init(&in, v, s);
		status = segment_each_term(&s->segment, n.in, &s->fences, field,
		                           collect, &n, err);
	}
	if (status == 0 && n.count > 1)
		qsort(n.name, n.count, sizeof(*n.name), by_name);
	for (size_t i = 0; status == 0 && i < n.count;) {
		struct fiche_text text = { n.name[i].ptr, n.name[i].len };
		uint64_t records = 0;
		size_t k = i;

		while (k < n.count && by_name(&n.name[i], &n.name[k]) == 0)
			records += n.name[k++].records;
		status = each(ctx, text, records);
		i = k;
	}
	arena_done(&n.arena);
	buf_done(&n.list);
	alloc_free(n.hidden.word);
	alloc_free(n.name);
	fiche_view_free(v);
	return status;
}

int fiche_parse_dates(int64_t *from, int64_t *to, const char *text, int64_t now,
                      struct fiche_error *err)
{
	if (!date_parse_range(from, to, text, strlen(text), now))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "not a date or range of dates");
	return 0;
}

const char *fiche_format_date(char buf[32], const struct fiche_date *d)
{
	struct buf b = { 0 };
	size_t n;

	date_format(&b, d);
	n = buf_ok(&b) && b.len < 32 ? b.len : 0;
	if (n)
		memcpy(buf, b.ptr, n);
	buf[n] = '\0';
	buf_done(&b);
	return buf;
}
