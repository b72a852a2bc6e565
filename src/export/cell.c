/* SPDX-License-Identifier: Apache-2.0 */
/* cell.c - members of the canonical JSON; see cell.h. */

#include "export/cell.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "article/date.h"
#include "article/json.h"
#include "base/err.h"

enum shape { SHAPE_TEXT, SHAPE_DATE, SHAPE_LIST, SHAPE_NUMBER, SHAPE_DIGEST };

/* Where each member stands in struct fiche_article. */
static const struct {
	const char *name;
	enum shape shape;
	size_t at;
	size_t count_at; /* of a list */
} members[CELL_COUNT] = {
#define AT(member) offsetof(struct fiche_article, member)
	[CELL_NUMBER] = { "number", SHAPE_NUMBER, AT(number), 0 },
	[CELL_ID] = { "id", SHAPE_DIGEST, AT(digest), 0 },
	[CELL_SOURCE_ID] = { "source_id", SHAPE_TEXT, AT(source_id), 0 },
	[CELL_URL] = { "url", SHAPE_TEXT, AT(url), 0 },
	[CELL_TITLE] = { "title", SHAPE_TEXT, AT(title), 0 },
	[CELL_PUBLISHED] = { "published", SHAPE_DATE, AT(published), 0 },
	[CELL_PUBLISHED_RAW] = { "published_raw", SHAPE_TEXT, AT(date_text),
	                         0 },
	[CELL_MODIFIED] = { "modified", SHAPE_DATE, AT(modified), 0 },
	[CELL_FETCHED] = { "fetched", SHAPE_DATE, AT(fetched), 0 },
	[CELL_SOURCE] = { "source", SHAPE_TEXT, AT(source), 0 },
	[CELL_LANGUAGE] = { "language", SHAPE_TEXT, AT(language), 0 },
	[CELL_AUTHORS] = { "authors", SHAPE_LIST, AT(authors),
	                   AT(author_count) },
	[CELL_TAGS] = { "tags", SHAPE_LIST, AT(tags), AT(tag_count) },
	[CELL_SECTION] = { "section", SHAPE_TEXT, AT(section), 0 },
	[CELL_SUMMARY] = { "summary", SHAPE_TEXT, AT(summary), 0 },
	[CELL_PATH] = { "path", SHAPE_TEXT, AT(path), 0 },
	[CELL_TYPE] = { "type", SHAPE_TEXT, AT(media_type), 0 },
	[CELL_TEXT_SIZE] = { "text_size", SHAPE_NUMBER, AT(text_size), 0 },
	[CELL_TEXT] = { "text", SHAPE_TEXT, AT(text), 0 },
#undef AT
};

const char *cell_name(enum cell c)
{
	return members[c].name;
}

static const void *member(const struct fiche_article *a, size_t at)
{
	return (const char *)a + at;
}

static int find(enum cell *out, const char *name, struct fiche_error *err)
{
	for (int c = 0; c < CELL_COUNT; c++)
		if (strcmp(members[c].name, name) == 0) {
			*out = (enum cell)c;
			return 0;
		}
	return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
	               "there is no field '%s'", name);
}

int cell_list_init(struct cell_list *out,
                   const struct fiche_export_options *opt,
                   struct fiche_error *err)
{
	*out = (struct cell_list){ 0 };
	for (int c = 0; c < CELL_COUNT && opt->field_count == 0; c++)
		if (c != CELL_NUMBER && c != CELL_PATH)
			out->cells[out->count++] = (enum cell)c;
	for (size_t i = 0; i < opt->field_count; i++) {
		enum cell c = CELL_COUNT;
		int r = find(&c, opt->fields[i], err);

		if (r < 0)
			return r;
		if (cell_list_has(out, c))
			return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
			               "the field '%s' is given twice",
			               opt->fields[i]);
		out->cells[out->count++] = c;
	}
	return 0;
}

bool cell_list_has(const struct cell_list *l, enum cell c)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->cells[i] == c)
			return true;
	return false;
}

void cell_digest(struct buf *out, const struct fiche_article *a)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(a->digest); i++) {
		buf_u8(out, (uint8_t)digits[a->digest[i] >> 4]);
		buf_u8(out, (uint8_t)digits[a->digest[i] & 15]);
	}
}

static void number(struct buf *out, enum cell c, const struct fiche_article *a)
{
	uint64_t v;

	memcpy(&v, member(a, members[c].at), sizeof(v));
	buf_printf(out, "%" PRIu64, v);
}

static const struct fiche_text *list(enum cell c, const struct fiche_article *a,
                                     size_t *count)
{
	const struct fiche_text *items;

	memcpy(&items, member(a, members[c].at), sizeof(void *));
	memcpy(count, member(a, members[c].count_at), sizeof(*count));
	return items;
}

static void list_json(struct buf *out, enum cell c,
                      const struct fiche_article *a)
{
	size_t count;
	const struct fiche_text *items = list(c, a, &count);

	buf_text(out, "[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_text(out, ",");
		json_quote(out, items[i].ptr, items[i].len);
	}
	buf_text(out, "]");
}

void cell_json(struct buf *out, enum cell c, const struct fiche_article *a)
{
	const void *m = member(a, members[c].at);
	const struct fiche_date *date = m;
	const struct fiche_text *text = m;

	switch (members[c].shape) {
	case SHAPE_LIST:
		list_json(out, c, a);
		return;
	case SHAPE_NUMBER:
		number(out, c, a);
		return;
	case SHAPE_TEXT:
		if (text->len > 0)
			json_quote(out, text->ptr, text->len);
		else
			buf_text(out, "null");
		return;
	case SHAPE_DATE:
		if (date->precision == FICHE_DATE_NONE) {
			buf_text(out, "null");
			return;
		}
		break;
	case SHAPE_DIGEST:
		break;
	}
	buf_text(out, "\"");
	cell_text(out, c, a);
	buf_text(out, "\"");
}

/* Would a single item be taken apart, there being no ';' to go by? */
static bool is_divisible(const struct fiche_text *t)
{
	static const char and[] = " and ";

	for (size_t i = 0; i < t->len; i++)
		if (t->ptr[i] == '|' || t->ptr[i] == ',' || t->ptr[i] == '&' ||
		    (t->len - i >= 5 && memcmp(t->ptr + i, and, 5) == 0))
			return true;
	return false;
}

static void list_text(struct buf *out, enum cell c,
                      const struct fiche_article *a)
{
	size_t count;
	const struct fiche_text *items = list(c, a, &count);

	for (size_t i = 0; i < count; i++) {
		size_t at = out->len;

		if (i > 0)
			buf_text(out, "; ");
		at += i > 0 ? 2 : 0;
		buf_put(out, items[i].ptr, items[i].len);
		for (; at < out->len; at++)
			if (out->ptr[at] == ';')
				out->ptr[at] = ',';
	}
	/* The empty part behind it is dropped. */
	if (count == 1 && (is_divisible(&items[0]) ||
	                   memchr(items[0].ptr, ';', items[0].len)))
		buf_text(out, ";");
}

void cell_text(struct buf *out, enum cell c, const struct fiche_article *a)
{
	const void *m = member(a, members[c].at);
	const struct fiche_text *text = m;

	switch (members[c].shape) {
	case SHAPE_TEXT:
		buf_put(out, text->ptr, text->len);
		return;
	case SHAPE_DATE:
		date_format(out, m);
		return;
	case SHAPE_LIST:
		list_text(out, c, a);
		return;
	case SHAPE_NUMBER:
		number(out, c, a);
		return;
	case SHAPE_DIGEST:
		cell_digest(out, a);
		return;
	}
}
