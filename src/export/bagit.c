/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bagit.c - a bag (RFC 8493), as libraries hand collections over.
 *
 *	data/records.jsonl   the records that are lines, byte for byte
 *	data/files/7f/...    the other records, each a file named by its digest
 *	data/articles.jsonl  all articles as fiche reads them, text included
 *
 * The digest of a file is the id of its article, so only the two long files are
 * hashed on the way.
 */

#include <inttypes.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/kind.h"
#include "export/outdir.h"

/* A file of the payload that is written all along. */
struct stream {
	const char *name;
	struct out *out; /* NULL before the first byte */
	struct sha256 *hash;
};

struct export_writer {
	struct outdir folder;
	struct stream records, articles;
	struct out *manifest;
	struct sha256 *manifest_hash;
	struct buf tags;       /* tagmanifest-sha256.txt */
	uint64_t files, bytes; /* of the payload */
	uint64_t count;        /* of articles */
	int64_t time;
	uint8_t sub[256 / 8]; /* data/files/XX is there */
	struct buf scratch;
};

static void stream_free(struct stream *s)
{
	out_free(s->out);
	sha256_free(s->hash);
}

static void bagit_free(struct export_writer *w)
{
	if (!w)
		return;
	stream_free(&w->records);
	stream_free(&w->articles);
	out_free(w->manifest);
	sha256_free(w->manifest_hash);
	outdir_done(&w->folder);
	buf_done(&w->tags);
	buf_done(&w->scratch);
	alloc_free(w);
}

static void put_hex(struct buf *out, const uint8_t digest[SHA256_SIZE])
{
	for (int i = 0; i < SHA256_SIZE; i++)
		buf_printf(out, "%02x", digest[i]);
}

static int put_manifest(struct export_writer *w,
                        const uint8_t digest[SHA256_SIZE], const char *name,
                        struct fiche_error *err)
{
	struct buf *line = &w->scratch;
	int r;

	buf_clear(line);
	put_hex(line, digest);
	buf_printf(line, "  %s\n", name);
	if (!buf_ok(line))
		return err_nomem(err);
	sha256_add(w->manifest_hash, line->ptr, line->len);
	r = out_put(w->manifest, line->ptr, line->len, err);
	w->files += r == 0;
	return r;
}

/* ---- payload ------------------------------------------------------- */

static int stream_put(struct export_writer *w, struct stream *s,
                      const struct fiche_text *line, struct fiche_error *err)
{
	int r = 0;

	if (!s->out) {
		s->hash = sha256_new();
		if (!s->hash)
			return err_nomem(err);
		r = outdir_open(&w->folder, &s->out, s->name, err);
	}
	if (r == 0)
		r = out_put(s->out, line->ptr, line->len, err);
	if (r == 0)
		r = out_put(s->out, "\n", 1, err);
	if (r < 0)
		return r;
	sha256_add(s->hash, line->ptr, line->len);
	sha256_add(s->hash, "\n", 1);
	w->bytes += line->len + 1;
	return 0;
}

static int stream_end(struct export_writer *w, struct stream *s,
                      struct fiche_error *err)
{
	uint8_t digest[SHA256_SIZE];
	int r;

	if (!s->out)
		return 0;
	r = out_finish(s->out, err);
	if (r < 0)
		return r;
	if (sha256_end(s->hash, digest) < 0)
		return err_nomem(err);
	return put_manifest(w, digest, s->name, err);
}

static int make_sub(struct export_writer *w, uint8_t first,
                    struct fiche_error *err)
{
	char name[32] = "data/files";
	int r;

	if (w->sub[first / 8] & 1u << first % 8)
		return 0;
	r = outdir_sub(&w->folder, name, err);
	if (r < 0)
		return r;
	(void)snprintf(name, sizeof(name), "data/files/%02x", first);
	r = outdir_sub(&w->folder, name, err);
	if (r == 0)
		w->sub[first / 8] |= (uint8_t)(1u << first % 8);
	return r;
}

static int put_file(struct export_writer *w, const struct export_article *a,
                    struct fiche_error *err)
{
	const uint8_t *digest = a->article->digest;
	struct out *out = NULL;
	struct buf name = { 0 };
	int r = make_sub(w, digest[0], err);

	buf_printf(&name, "data/files/%02x/", digest[0]);
	cell_digest(&name, a->article);
	buf_text(&name, kind_ending(&a->article->media_type));
	buf_u8(&name, 0);
	if (r == 0 && !buf_ok(&name))
		r = err_nomem(err);
	if (r == 0)
		r = outdir_open(&w->folder, &out, (const char *)name.ptr, err);
	if (r == 0)
		r = out_put(out, a->record.ptr, a->record.len, err);
	if (r == 0)
		r = out_finish(out, err);
	if (r == 0)
		r = put_manifest(w, digest, (const char *)name.ptr, err);
	w->bytes += a->record.len;
	out_free(out);
	buf_done(&name);
	return r;
}

/* ---- the format ---------------------------------------------------- */

static int open_bag(struct export_writer *w, const char *path,
                    struct fiche_error *err)
{
	int r = outdir_init(&w->folder, path, err);

	if (r == 0)
		r = outdir_sub(&w->folder, "data", err);
	if (r == 0)
		r = outdir_open(&w->folder, &w->manifest, "manifest-sha256.txt",
		                err);
	w->manifest_hash = sha256_new();
	return r == 0 && !w->manifest_hash ? err_nomem(err) : r;
}

static int bagit_begin(struct export_writer **out,
                       const struct export_target *to, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->records.name = "data/records.jsonl";
	w->articles.name = "data/articles.jsonl";
	w->time = to->opt->time;
	r = open_bag(w, to->path, err);
	if (r < 0) {
		bagit_free(w);
		return r;
	}
	*out = w;
	return 0;
}

static int bagit_add(struct export_writer *w, const struct export_article *a,
                     struct fiche_error *err)
{
	int r;

	if (kind_is_line(a))
		r = stream_put(w, &w->records, &a->record, err);
	else
		r = put_file(w, a, err);
	if (r == 0)
		r = stream_put(w, &w->articles, &a->json, err);
	w->count += r == 0;
	return r;
}

/* A file beside the payload; its line goes into the list of such. */
static int put_tag_file(struct export_writer *w, const char *name,
                        const struct buf *content, struct fiche_error *err)
{
	uint8_t digest[SHA256_SIZE];

	if (!buf_ok(content) ||
	    sha256_of(digest, content->ptr, content->len) < 0)
		return err_nomem(err);
	put_hex(&w->tags, digest);
	buf_printf(&w->tags, "  %s\n", name);
	return outdir_put(&w->folder, name, content, err);
}

static int put_declaration(struct export_writer *w, struct fiche_error *err)
{
	struct buf *b = &w->scratch;

	buf_clear(b);
	buf_text(b, "BagIt-Version: 1.0\n"
	            "Tag-File-Character-Encoding: UTF-8\n");
	return put_tag_file(w, "bagit.txt", b, err);
}

static int put_info(struct export_writer *w, struct fiche_error *err)
{
	struct buf *b = &w->scratch, date = { 0 };

	kind_put_time(&date, w->time);
	buf_clear(b);
	/* The day of it. */
	buf_text(b, "Bagging-Date: ");
	buf_put(b, date.ptr, date.len < 10 ? date.len : 10);
	buf_printf(b,
	           "\nBag-Software-Agent: fiche " FICHE_VERSION "\n"
	           "External-Description: %" PRIu64 " news articles\n"
	           "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\n",
	           w->count, w->bytes, w->files);
	b->failed |= date.failed;
	buf_done(&date);
	return put_tag_file(w, "bag-info.txt", b, err);
}

static int end_manifest(struct export_writer *w, struct fiche_error *err)
{
	uint8_t digest[SHA256_SIZE];
	int r = out_finish(w->manifest, err);

	if (r < 0)
		return r;
	if (sha256_end(w->manifest_hash, digest) < 0)
		return err_nomem(err);
	put_hex(&w->tags, digest);
	buf_text(&w->tags, "  manifest-sha256.txt\n");
	return 0;
}

static int bagit_finish(struct export_writer *w, struct fiche_error *err)
{
	int r = stream_end(w, &w->records, err);

	if (r == 0)
		r = stream_end(w, &w->articles, err);
	if (r == 0)
		r = put_declaration(w, err);
	if (r == 0)
		r = put_info(w, err);
	if (r == 0)
		r = end_manifest(w, err);
	if (r == 0)
		r = outdir_put(&w->folder, "tagmanifest-sha256.txt", &w->tags,
		               err);
	return r;
}

const struct export_format export_bagit = {
	.about = { "bagit", "a folder for preservation (BagIt, RFC 8493)", "",
	           true, false },
	.wants_path = true,
	.begin = bagit_begin,
	.add = bagit_add,
	.finish = bagit_finish,
	.free = bagit_free,
};
