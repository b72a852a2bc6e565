/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.c - RSS, Atom, sitemaps of news and other XML with an article in each
 * element.  The exact bytes of the element are the record.
 *
 * Prefixes are taken at their word and not resolved: too many feeds use some
 * that they do not declare.  Entities that a document declares are refused,
 * those of HTML are let pass.
 */
#include <expat.h>
#include <inttypes.h>
#include <string.h>

#include "article/json.h"
#include "base/alloc.h"
#include "base/err.h"
#include "ingest/feed.h"
#include "ingest/feed_encoding.h"
#include "page/links.h"

#define DEPTH_MAX   256
#define PENDING_MAX ((int64_t)8 << 20) /* of a tag, which expat keeps */
#define FEED_MAX    512                /* of what a feed says of itself */

struct feed {
	const struct input *i;
	struct lines *l;
	XML_Parser p;
	int64_t base; /* place of l->at among the bytes for the parser */
	size_t fed;   /* bytes behind l->at that it has */
	enum feed_kind kind;
	unsigned depth;
	unsigned item_depth; /* 0: in no item */
	int64_t item_at;
	uint64_t item_line;
	bool too_long; /* the item at hand */
	/* The element whose text is collected, in an item or of the feed. */
	unsigned part_depth;
	enum feed_part part;
	bool hushed;   /* in a child that does not count */
	bool escape;   /* collect as HTML: it has elements in it */
	size_t values; /* of a list in FEED_ITEMS */
	unsigned body; /* depth of the body, in FEED_DOC and FEED_TEI */
	struct buf text;
	struct feed_item item;
	struct buf site, language, link; /* of the feed */
	uint64_t count;
	const char *refused; /* why we stopped the parser */
	int failed;
	struct fiche_error *err;
};

static struct fiche_text all_of(const struct buf *b)
{
	return (struct fiche_text){ (const char *)b->ptr, b->len };
}

static struct fiche_text str(const char *s)
{
	return (struct fiche_text){ s, strlen(s) };
}

static void stop(struct feed *f, int r)
{
	if (r < 0 && f->failed == 0)
		f->failed = r;
	(void)XML_StopParser(f->p, XML_FALSE);
}

static void refuse(struct feed *f, const char *why)
{
	f->refused = why;
	stop(f, 0);
}

static const char *attribute(const XML_Char **atts, const char *name)
{
	for (; *atts != NULL; atts += 2)
		if (strcmp(atts[0], name) == 0)
			return atts[1];
	return NULL;
}

/* ---- Items ---- */

static bool begins_item(const struct feed *f, const char *name)
{
	switch (f->kind) {
	case FEED_RSS:
	case FEED_ITEMS:
		return strcmp(name, "item") == 0;
	case FEED_ATOM:
		return strcmp(name, "entry") == 0;
	case FEED_SITEMAP:
		return strcmp(name, "url") == 0;
	case FEED_DOC:
	case FEED_TEI:
		return f->depth == 1;
	default:
		return false;
	}
}

static void put_member(struct feed *f, const char *key, const char *value)
{
	struct buf *json = &f->item.json;

	buf_u8(json, json->len > 0 ? ',' : '{');
	json_quote(json, key, strlen(key));
	buf_u8(json, ':');
	if (value != NULL)
		json_quote(json, value, strlen(value));
}

static void begin_item(struct feed *f, const XML_Char **atts)
{
	const char *about = attribute(atts, "rdf:about");
	const char *lang = attribute(atts, "xml:lang");

	f->item_depth = f->depth;
	f->item_at = XML_GetCurrentByteIndex(f->p);
	f->item_line = (uint64_t)XML_GetCurrentLineNumber(f->p);
	f->too_long = false;
	f->part_depth = f->body = 0;
	arena_reset(&f->i->in->scratch);
	facts_init(&f->item.facts, &f->i->in->scratch);
	buf_clear(&f->item.content);
	buf_clear(&f->item.summary);
	buf_clear(&f->item.text);
	buf_clear(&f->item.json);
	if (about != NULL)
		(void)feed_take(&f->item, PART_ID, str(about), all_of(&f->link),
		                f->err);
	if (lang != NULL)
		(void)feed_take(&f->item, PART_LANGUAGE, str(lang),
		                all_of(&f->link), f->err);
	for (; f->kind == FEED_DOC && *atts != NULL; atts += 2)
		put_member(f, atts[0], atts[1]);
}

/* What the item lacks, its feed may say. */
static void add_feed(struct feed *f)
{
	struct facts *facts = &f->item.facts;

	facts_set(facts, &facts->site_name, all_of(&f->site));
	facts_set(facts, &facts->language, all_of(&f->language));
	/* An id that is an address is better than none. */
	if (facts->url.len == 0 && links_is_whole(facts->id))
		facts_set(facts, &facts->url, facts->id);
}

static int end_item(struct feed *f)
{
	const uint8_t *bytes = f->l->ptr + f->l->at + (f->item_at - f->base);
	int64_t end =
		XML_GetCurrentByteIndex(f->p) + XML_GetCurrentByteCount(f->p);
	int r;

	f->item_depth = 0;
	f->count++;
	if (f->too_long) {
		input_too_long(f->i, f->item_line);
		return 0;
	}
	if (f->item.json.len > 0)
		buf_u8(&f->item.json, '}');
	r = feed_finish(&f->item, f->i, f->err);
	if (r < 0)
		return r;
	add_feed(f);
	return input_add_page(f->i, &f->item.facts, feed_type(f->kind), bytes,
	                      (size_t)(end - f->item_at), f->item_line, f->err);
}

/* ---- Elements of an item ---- */

static void begin_part(struct feed *f, enum feed_part part)
{
	f->part_depth = f->depth;
	f->part = part;
	f->hushed = f->escape = false;
	f->values = 0;
	buf_clear(&f->text);
}

/* <link rel="alternate" href="..."/> and <category term="..."/> of Atom. */
static void take_attributes(struct feed *f, const XML_Char **atts)
{
	const char *rel = attribute(atts, "rel");
	const char *href = attribute(atts, "href");
	const char *term = attribute(atts, "term");
	const char *label = attribute(atts, "label");
	struct fiche_text base = all_of(&f->link);

	if (f->part == PART_LINK && href != NULL &&
	    (rel == NULL || strcmp(rel, "alternate") == 0))
		(void)feed_take(&f->item, PART_LINK, str(href), base, f->err);
	if (f->part == PART_TAG && (label != NULL || term != NULL))
		(void)feed_take(&f->item, PART_TAG,
		                str(label != NULL ? label : term), base,
		                f->err);
}

static bool is_block(const char *name)
{
	static const char *const blocks[] = { "p",  "head", "item", "quote",
		                              "ab", "row",  "list", "lb",
		                              "h1", "h2",   "h3",   "div",
		                              NULL };

	for (const char *const *b = blocks; *b != NULL; b++)
		if (strcmp(*b, name) == 0)
			return true;
	return false;
}

static void put_break(struct buf *text)
{
	while (text->len > 0 && (text->ptr[text->len - 1] == ' ' ||
	                         text->ptr[text->len - 1] == '\n'))
		text->len--;
	if (text->len > 0)
		buf_text(text, "\n\n");
}

/* Of one document: its body as text, its header as facts. */
static void start_in_document(struct feed *f, const char *name)
{
	static const char *const known[] = { "title", "author", "date",
		                             "publisher", NULL };

	if (f->body > 0) {
		if (is_block(name))
			put_break(&f->item.text);
	} else if (strcmp(name, f->kind == FEED_DOC ? "main" : "body") == 0) {
		f->body = f->depth;
	} else if (f->kind == FEED_TEI && f->part_depth == 0) {
		for (const char *const *k = known; *k != NULL; k++)
			if (strcmp(*k, name) == 0)
				begin_part(f, PART_OTHER);
	}
}

static void start_in_part(struct feed *f, const char *name)
{
	if (f->kind == FEED_ITEMS && strcmp(name, "value") == 0) {
		buf_clear(&f->text);
	} else if (f->part == PART_AUTHOR) {
		f->hushed = strcmp(name, "name") != 0;
		if (!f->hushed)
			buf_clear(&f->text);
	} else if (f->part == PART_CONTENT || f->part == PART_SUMMARY) {
		/* XHTML: back to what it was, for the reader of HTML. */
		f->escape = true;
		buf_printf(&f->text, "<%s>", name);
	}
}

static void start_in_item(struct feed *f, const char *name,
                          const XML_Char **atts)
{
	enum feed_part part = feed_part_of(name);

	if (f->kind == FEED_DOC || f->kind == FEED_TEI) {
		start_in_document(f, name);
	} else if (f->part_depth > 0) {
		start_in_part(f, name);
	} else if (f->kind == FEED_ITEMS) {
		begin_part(f, PART_OTHER);
		put_member(f, name, NULL);
	} else if (part != PART_INSIDE && f->item_depth + 4 > f->depth) {
		begin_part(f, part);
		take_attributes(f, atts);
	}
}

/* What the feed says about itself, before or between its items. */
static void start_outside(struct feed *f, const char *name,
                          const XML_Char **atts)
{
	const char *lang = attribute(atts, "xml:lang");
	const char *href = attribute(atts, "href");
	const char *rel = attribute(atts, "rel");
	enum feed_part part = feed_part_of(name);
	unsigned at = f->kind == FEED_ATOM ? 2 : 3;

	if (lang != NULL && f->language.len == 0 && f->depth < at)
		buf_put(&f->language, lang, strnlen(lang, FEED_MAX));
	if (f->depth != at || f->part_depth > 0)
		return;
	if (part == PART_LINK && href != NULL && f->link.len == 0 &&
	    (rel == NULL || strcmp(rel, "alternate") == 0))
		buf_put(&f->link, href, strnlen(href, FEED_MAX));
	if ((part == PART_LINK && href == NULL) || part == PART_TITLE ||
	    part == PART_LANGUAGE)
		begin_part(f, part);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name,
                             const XML_Char **atts)
{
	struct feed *f = ctx;
	const char *plain = feed_name(name);

	if (++f->depth > DEPTH_MAX) {
		refuse(f, "nested deeper than 256");
		return;
	}
	if (f->depth == 1)
		f->kind = feed_kind_of(name);
	if (f->item_depth > 0)
		start_in_item(f, f->kind == FEED_ITEMS ? name : plain, atts);
	else if (begins_item(f, plain))
		begin_item(f, atts);
	else
		start_outside(f, plain, atts);
}

static void end_outside(struct feed *f)
{
	struct buf *to = f->part == PART_TITLE      ? &f->site
	                 : f->part == PART_LANGUAGE ? &f->language
	                                            : &f->link;

	if (to->len == 0 && f->text.len <= FEED_MAX)
		buf_put(to, f->text.ptr, f->text.len);
}

/* A field of a scraper's item: a string, or a list of <value>. */
static void end_field(struct feed *f)
{
	if (f->values > 0)
		buf_u8(&f->item.json, ']');
	else
		json_quote(&f->item.json, (const char *)f->text.ptr,
		           f->text.len);
}

static void end_in_document(struct feed *f, const char *name)
{
	if (f->body == f->depth) {
		f->body = 0;
		put_break(&f->item.text);
	} else if (f->body > 0 && is_block(name)) {
		put_break(&f->item.text);
	} else if (f->part_depth == f->depth && f->part_depth > 0) {
		f->part_depth = 0;
		if (f->text.len > 0) {
			put_member(f,
			           strcmp(name, "publisher") == 0 ? "sitename"
			                                          : name,
			           NULL);
			json_quote(&f->item.json, (const char *)f->text.ptr,
			           f->text.len);
		}
	}
}

static void end_in_part(struct feed *f, const char *name)
{
	if (f->kind == FEED_ITEMS && strcmp(name, "value") == 0) {
		buf_u8(&f->item.json, f->values++ > 0 ? ',' : '[');
		json_quote(&f->item.json, (const char *)f->text.ptr,
		           f->text.len);
	} else if (f->part == PART_AUTHOR) {
		f->hushed = true; /* behind <name> comes nothing that counts */
	} else if (f->escape) {
		buf_printf(&f->text, "</%s>", name);
	}
}

static int end_element(struct feed *f, const char *name)
{
	bool over = f->part_depth == f->depth && f->part_depth > 0;

	if (f->item_depth == f->depth && f->item_depth > 0) {
		if (f->kind >= FEED_DOC)
			put_break(&f->item.text);
		while (f->item.text.len > 0 &&
		       f->item.text.ptr[f->item.text.len - 1] == '\n')
			f->item.text.len--;
		return end_item(f);
	}
	if (f->item_depth > 0 && f->kind >= FEED_DOC) {
		end_in_document(f, name);
		return 0;
	}
	if (f->part_depth > 0 && !over) {
		end_in_part(f, name);
		return 0;
	}
	if (!over)
		return 0;
	f->part_depth = 0;
	if (f->item_depth == 0)
		end_outside(f);
	else if (f->kind == FEED_ITEMS)
		end_field(f);
	else
		return feed_take(&f->item, f->part, all_of(&f->text),
		                 all_of(&f->link), f->err);
	return 0;
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct feed *f = ctx;
	int r = end_element(f, f->kind == FEED_ITEMS ? name : feed_name(name));

	f->depth--;
	if (r < 0)
		stop(f, r);
}

static void collect(struct feed *f, const char *text, size_t len)
{
	bool body = f->body > 0 && f->item_depth > 0;
	struct buf *to = body ? &f->item.text : &f->text;

	if (!(body || f->part_depth > 0) || f->hushed)
		return;
	if (to->len + len > f->l->max) {
		f->too_long = true;
		return;
	}
	for (size_t i = 0; f->escape && !body && i < len; i++)
		if (text[i] == '<' || text[i] == '&')
			buf_text(to, text[i] == '<' ? "&lt;" : "&amp;");
		else
			buf_u8(to, (uint8_t)text[i]);
	if (!f->escape || body)
		buf_put(to, text, len);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int len)
{
	collect(ctx, text, (size_t)len);
}

/* Not one of XML: one of HTML, most likely, which its reader knows. */
static void XMLCALL on_unknown_entity(void *ctx, const XML_Char *name,
                                      int is_parameter)
{
	struct feed *f = ctx;
	struct buf b = { 0 };

	if (is_parameter)
		return;
	buf_printf(&b, "&%s;", name);
	if (buf_ok(&b) && !f->escape)
		collect(f, (const char *)b.ptr, b.len);
	else if (buf_ok(&b))
		buf_put(&f->text, b.ptr, b.len);
	buf_done(&b);
}

static void XMLCALL on_entity(void *ctx, const XML_Char *name, int is_parameter,
                              const XML_Char *value, int len,
                              const XML_Char *base, const XML_Char *system,
                              const XML_Char *public, const XML_Char *notation)
{
	(void)name;
	(void)is_parameter;
	(void)len;
	(void)base;
	(void)system;
	(void)public;
	(void)notation;
	/* Those that stand elsewhere are never fetched. */
	if (value != NULL)
		refuse(ctx, "declares entities, which are not read");
}

/* ---- The stream ---- */

/* The parser has seen all up to here: keep only the item at hand. */
static void let_go(struct feed *f)
{
	size_t n = f->fed;

	if (f->item_depth > 0 && !f->too_long) {
		n = (size_t)(f->item_at - f->base);
		if (f->fed - n > f->l->max) {
			f->too_long = true;
			n = f->fed;
		}
	}
	f->l->at += n;
	f->base += (int64_t)n;
	f->fed -= n;
}

static int tell_error(struct feed *f)
{
	uint64_t line = (uint64_t)XML_GetCurrentLineNumber(f->p);
	enum XML_Error e = XML_GetErrorCode(f->p);

	if (f->failed < 0)
		return f->failed;
	if (e == XML_ERROR_NO_MEMORY)
		return err_nomem(f->err);
	/* Of a stream that broke, its failure is told. */
	if (f->refused == NULL && f->l->end < 0)
		return 0;
	input_fail(f->i, "line %" PRIu64 ": %s: what follows is lost", line,
	           f->refused != NULL ? f->refused : XML_ErrorString(e));
	return FICHE_END;
}

/* Returns 0 at the end of the stream, FICHE_END if trouble was told. */
static int parse(struct feed *f)
{
	for (;;) {
		size_t have = f->l->len - f->l->at;
		bool final = false;
		enum XML_Status s;

		if (f->fed == have) {
			int r = lines_fill(f->l, f->err);

			if (r < 0)
				return r;
			if (r == FICHE_END && stream_stopped(f->l->stream))
				return 0;
			final = r == FICHE_END;
			have = f->l->len - f->l->at;
		}
		s = XML_Parse(f->p, (const char *)f->l->ptr + f->l->at + f->fed,
		              (int)(have - f->fed), final);
		f->fed = have;
		if (s != XML_STATUS_OK)
			return tell_error(f);
		if (!buf_ok(&f->text) || !buf_ok(&f->site) ||
		    !buf_ok(&f->language) || !buf_ok(&f->link))
			return err_nomem(f->err);
		if (final)
			return 0;
		if (f->base + (int64_t)f->fed - XML_GetCurrentByteIndex(f->p) >
		    PENDING_MAX) {
			f->refused = "a tag of more than 8 MiB";
			return tell_error(f);
		}
		let_go(f);
	}
}

static void *resize(void *old, size_t len)
{
	return alloc_resize(old, len, 1);
}

static bool make_parser(struct feed *f)
{
	static const XML_Memory_Handling_Suite memory = { alloc_bytes, resize,
		                                          alloc_free };

	f->p = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (f->p == NULL)
		return false;
	XML_SetUserData(f->p, f);
	XML_SetElementHandler(f->p, on_start, on_end);
	XML_SetCharacterDataHandler(f->p, on_text);
	XML_SetSkippedEntityHandler(f->p, on_unknown_entity);
	XML_SetEntityDeclHandler(f->p, on_entity);
	XML_SetUnknownEncodingHandler(f->p, feed_encoding, NULL);
	/* As if there were a DTD elsewhere, so that &nbsp; is no error. */
	(void)XML_UseForeignDTD(f->p, XML_TRUE);
	return true;
}

static int read_feed(const struct input *i, struct fiche_error *err)
{
	struct feed f = { .i = i, .l = i->bytes, .err = err };
	int r;

	if (!make_parser(&f))
		return err_nomem(err);
	r = parse(&f);
	XML_ParserFree(f.p);
	buf_done(&f.text);
	buf_done(&f.site);
	buf_done(&f.language);
	buf_done(&f.link);
	buf_done(&f.item.content);
	buf_done(&f.item.summary);
	buf_done(&f.item.text);
	buf_done(&f.item.json);
	if (r == FICHE_END)
		return 0;
	if (r == 0)
		r = input_ended(i, i->bytes->end, &i->bytes->why,
		                "what follows is lost", err);
	if (r == 0 && f.count == 0 && i->bytes->end == FICHE_END)
		input_note(i, 0, "has no articles");
	return r;
}

static bool sniff(const struct look *look)
{
	return feed_look(look) != FEED_NONE;
}

const struct format format_feed = { "feed", sniff, read_feed };
