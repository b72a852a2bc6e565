/* SPDX-License-Identifier: Apache-2.0 */
/* search_oracle.c - see search_oracle.h. */

#include "support/search_oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "format/postings.h"
#include "index/token.h"

#define FIELD_SHIFT 40
#define FIELD_TITLE 0u

static void *need(void *ptr)
{
	if (!ptr)
		abort();
	return ptr;
}

/* ---- reading ---- */

/* A word where it stands, before the words are numbered. */
struct spot {
	struct oracle_word word;
	size_t article;
	uint64_t place;
};

struct reading {
	struct oracle *o;
	struct spot *spot;
	size_t count, cap;
};

static struct fiche_text keep(struct oracle *o, struct fiche_text t)
{
	t.ptr = need(arena_strndup(&o->arena, t.ptr ? t.ptr : "", t.len));
	return t;
}

static const struct fiche_text *keep_all(struct oracle *o,
                                         const struct fiche_text *t,
                                         size_t count)
{
	struct fiche_text *out =
		need(arena_take(&o->arena, (count + 1) * sizeof(*out)));

	for (size_t i = 0; i < count; i++)
		out[i] = keep(o, t[i]);
	return out;
}

static void read_text(struct reading *r, struct fiche_text text, uint64_t field)
{
	struct tokenizer t;
	struct token token;
	uint64_t place = field << FIELD_SHIFT;

	tokenizer_init(&t, text.ptr, text.len);
	for (; tokenizer_next(&t, &token); place++) {
		struct spot *s;

		if (r->count == r->cap) {
			r->cap = r->cap ? 2 * r->cap : 1024;
			r->spot = need(
				realloc(r->spot, r->cap * sizeof(*r->spot)));
		}
		s = &r->spot[r->count++];
		s->word.ptr = need(arena_strndup(
			&r->o->arena, (const char *)token.bytes, token.len));
		s->word.len = token.len;
		s->article = r->o->count;
		s->place = place;
	}
}

static void read_article(struct reading *r, const struct fiche_article *from,
                         size_t reader, uint64_t number)
{
	struct oracle *o = r->o;
	struct oracle_article *out = &o->article[o->count];
	struct fiche_article *a = &out->a;

	*out = (struct oracle_article){ .reader = reader, .number = number };
	*a = *from;
	a->title = keep(o, from->title);
	a->text = keep(o, from->text);
	a->source = keep(o, from->source);
	a->language = keep(o, from->language);
	a->url = keep(o, from->url);
	a->tags = keep_all(o, from->tags, from->tag_count);
	a->authors = keep_all(o, from->authors, from->author_count);
	read_text(r, a->title, FIELD_TITLE);
	read_text(r, a->text, 1);
	for (size_t i = 0; i < a->tag_count; i++)
		read_text(r, a->tags[i], 2 + i);
	o->count++;
}

static int by_word(const void *x, const void *y)
{
	const struct oracle_word *a = x, *b = y;
	size_t n = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->ptr, b->ptr, n);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static void number_words(struct reading *r)
{
	struct oracle *o = r->o;
	size_t kept = 0, at = 0;
	double all = 0;

	o->word = need(calloc(r->count + 1, sizeof(*o->word)));
	for (size_t i = 0; i < r->count; i++)
		o->word[i] = r->spot[i].word;
	qsort(o->word, r->count, sizeof(*o->word), by_word);
	for (size_t i = 0; i < r->count; i++)
		if (kept == 0 || by_word(&o->word[kept - 1], &o->word[i]))
			o->word[kept++] = o->word[i];
	o->words = kept;
	for (size_t i = 0; i < o->count; i++) {
		struct oracle_article *a = &o->article[i];
		size_t end = at;

		while (end < r->count && r->spot[end].article == i)
			end++;
		a->words = end - at;
		a->word = need(calloc(a->words + 1, sizeof(*a->word)));
		a->place = need(calloc(a->words + 1, sizeof(*a->place)));
		for (size_t k = 0; k < a->words; k++, at++) {
			const struct oracle_word *w = need(
				bsearch(&r->spot[at].word, o->word, o->words,
			                sizeof(*o->word), by_word));

			a->word[k] = (uint32_t)(w - o->word);
			a->place[k] = r->spot[at].place;
		}
		a->length = norm_to_length(norm_of_length((uint32_t)a->words));
		all += (double)a->words;
	}
	o->mean = all > 0 ? all / (double)o->count : 1;
}

/* ---- which records ---- */

bool *oracle_select(const struct oracle *o, struct fiche_reader *const *readers,
                    const struct fiche_selection *s)
{
	bool *allowed = need(calloc(o->count + 1, sizeof(*allowed)));

	for (size_t i = 0; i < o->count;) {
		const size_t reader = o->article[i].reader;
		struct fiche_results *found;
		uint64_t n = 0;

		if (fiche_select(&found, readers[reader], s, NULL) < 0) {
			free(allowed);
			return NULL;
		}
		/* Sorted as stored: both ascend. */
		for (; i < o->count && o->article[i].reader == reader; i++)
			if (n < fiche_results_count(found) &&
			    fiche_results_number(found, n) ==
			            o->article[i].number) {
				allowed[i] = true;
				n++;
			}
		if (n != fiche_results_count(found))
			abort();
		fiche_results_free(found);
	}
	return allowed;
}

int oracle_make(struct oracle *o, struct fiche_reader *const *readers,
                size_t count, struct fiche_error *err)
{
	struct reading r = { .o = o };
	struct fiche_selection latest;
	struct fiche_info info;
	uint64_t records = 0;
	bool *allowed;
	int status = 0;

	memset(o, 0, sizeof(*o));
	for (size_t i = 0; i < count; i++) {
		fiche_reader_info(readers[i], &info);
		records += info.records;
	}
	o->article = need(calloc((size_t)records + 1, sizeof(*o->article)));
	for (size_t i = 0; status == 0 && i < count; i++) {
		struct fiche_view *v = need(fiche_view_new(readers[i]));
		struct fiche_article a;

		fiche_reader_info(readers[i], &info);
		for (uint64_t n = 0; status == 0 && n < info.records; n++) {
			status = fiche_view_article(v, n, &a, err);
			if (status == 0)
				read_article(&r, &a, i, n);
		}
		fiche_view_free(v);
	}
	number_words(&r);
	free(r.spot);
	fiche_selection_init(&latest);
	allowed = need(oracle_select(o, readers, &latest));
	for (size_t i = 0; i < o->count; i++)
		o->article[i].latest = allowed[i];
	free(allowed);
	return status;
}

void oracle_done(struct oracle *o)
{
	for (size_t i = 0; i < o->count; i++) {
		free(o->article[i].word);
		free(o->article[i].place);
	}
	free(o->article);
	free(o->word);
	arena_done(&o->arena);
	memset(o, 0, sizeof(*o));
}

/* ---- words that stand for words ---- */

size_t oracle_stem(void *ctx, const char *language, const char *word,
                   size_t len, char *out, size_t cap)
{
	size_t cut = 0;

	(void)ctx;
	if (strcmp(language, "en") == 0)
		cut = len > 2 && word[len - 1] == 's' ? 1 : 0;
	else if (strcmp(language, "ru") == 0)
		cut = len > 4 && (memcmp(word + len - 2, "ы", 2) == 0 ||
		                  memcmp(word + len - 2, "а", 2) == 0)
		              ? 2
		              : 0;
	else
		return 0;
	if (len - cut > cap)
		abort();
	memcpy(out, word, len - cut);
	return len - cut;
}

/* The language that a word of this script is taken for. */
static const char *language_of(const char *word)
{
	const unsigned char c = (unsigned char)word[0];

	if (c >= 'a' && c <= 'z')
		return "en";
	return c == 0xd0 || c == 0xd1 ? "ru" : "";
}

static bool same_stem(const char *a, size_t a_len, const char *b, size_t b_len)
{
	char x[2 * TOKEN_MAX], y[2 * TOKEN_MAX];
	const char *language = language_of(a);
	size_t n = oracle_stem(NULL, language, a, a_len, x, sizeof(x));
	size_t m = oracle_stem(NULL, language, b, b_len, y, sizeof(y));

	return n > 0 && n == m && memcmp(x, y, n) == 0;
}

static size_t char_len(const char *text)
{
	const unsigned char c = (unsigned char)text[0];

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* A pair has two characters; one that stands alone is itself. */
static bool is_pair_with(const struct oracle_word *w, const char *c, size_t len)
{
	size_t first = char_len(w->ptr), second;

	if (first == w->len)
		return first == len && memcmp(w->ptr, c, len) == 0;
	second = char_len(w->ptr + first);
	if (first + second != w->len)
		return false;
	return (first == len && memcmp(w->ptr, c, len) == 0) ||
	       (second == len && memcmp(w->ptr + first, c, len) == 0);
}

bool oracle_stands_for(const struct query_node *n, const struct oracle_word *w,
                       bool stems)
{
	const bool same =
		n->text_len == w->len && memcmp(n->text, w->ptr, w->len) == 0;

	switch (n->kind) {
	case QUERY_PREFIX:
		return w->len >= n->text_len &&
		       memcmp(n->text, w->ptr, n->text_len) == 0;
	case QUERY_SINGLE:
		return is_pair_with(w, n->text, n->text_len);
	default:
		return same ||
		       (stems && !n->exact && !strpbrk(n->text, "0123456789") &&
		        same_stem(n->text, n->text_len, w->ptr, w->len));
	}
}

/* ---- asking ---- */

/* A word of the query: which words it stands for, and what it is worth. */
struct group {
	const struct query_node *node;
	bool *has;
	double weight;
};

struct asking {
	const struct oracle *o;
	const struct oracle_question *q;
	struct group group[QUERY_NODES_MAX];
	size_t count;
};

static void add_group(struct asking *k, const struct query_node *n)
{
	const struct oracle *o = k->o;
	struct group *g = &k->group[k->count++];
	double df = 0, all = (double)o->count;

	if (k->count == QUERY_NODES_MAX)
		abort();
	g->node = n;
	g->has = need(calloc(o->words + 1, sizeof(*g->has)));
	for (size_t i = 0; i < o->words; i++)
		g->has[i] = oracle_stands_for(n, &o->word[i], k->q->stems);
	for (size_t i = 0; i < o->count; i++) {
		const struct oracle_article *a = &o->article[i];
		size_t w = 0;

		while (w < a->words && !g->has[a->word[w]])
			w++;
		df += w < a->words;
	}
	g->weight = log(1 + (all - df + 0.5) / (df + 0.5)) * 2.2;
}

static void add_groups(struct asking *k, const struct query_node *n)
{
	if (n->kind <= QUERY_SINGLE)
		add_group(k, n);
	for (size_t i = 0; i < n->child_count; i++)
		add_groups(k, n->child[i]);
}

static const struct group *group_of(const struct asking *k,
                                    const struct query_node *n)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->group[i].node == n)
			return &k->group[i];
	abort();
}

static bool word_fits(const struct asking *k, const struct oracle_article *a,
                      const struct query_node *n, bool title, double *score)
{
	const struct group *g = group_of(k, n);
	unsigned count = 0, in_title = 0;
	double f;

	for (size_t i = 0; i < a->words; i++) {
		if (!g->has[a->word[i]])
			continue;
		count++;
		in_title += a->place[i] >> FIELD_SHIFT == FIELD_TITLE;
	}
	f = (count < 31 ? count : 31) + (in_title > 0 ? 2 : 0);
	*score = g->weight * f /
	         (f + 1.2 * (0.25 + 0.75 * a->length / k->o->mean));
	return title ? in_title > 0 : count > 0;
}

/* Does a word, or a phrase, begin at the i-th word?  *to is its last one. */
static bool begins_at(const struct asking *k, const struct oracle_article *a,
                      const struct query_node *n, size_t i, bool title,
                      size_t *to)
{
	const size_t count = n->kind == QUERY_PHRASE ? n->child_count : 1;

	if (title && a->place[i] >> FIELD_SHIFT != FIELD_TITLE)
		return false;
	for (size_t w = 0; w < count; w++) {
		const struct query_node *word =
			n->kind == QUERY_PHRASE ? n->child[w] : n;

		if (i + w >= a->words || a->place[i + w] != a->place[i] + w ||
		    !group_of(k, word)->has[a->word[i + w]])
			return false;
	}
	*to = i + count - 1;
	return true;
}

static bool phrase_fits(const struct asking *k, const struct oracle_article *a,
                        const struct query_node *n, bool title)
{
	size_t to;

	for (size_t i = 0; i < a->words; i++)
		if (begins_at(k, a, n, i, title, &to))
			return true;
	return false;
}

/* Words between two stretches of one field that do not overlap. */
static bool is_near(const struct oracle_article *a, size_t from, size_t to,
                    size_t from2, size_t to2, unsigned distance)
{
	if (a->place[from] >> FIELD_SHIFT != a->place[from2] >> FIELD_SHIFT)
		return false;
	return (from2 > to && from2 - to - 1 <= distance) ||
	       (from > to2 && from - to2 - 1 <= distance);
}

static bool near_fits(const struct asking *k, const struct oracle_article *a,
                      const struct query_node *n, bool title)
{
	size_t to, to2;

	for (size_t i = 0; i < a->words; i++) {
		if (!begins_at(k, a, n->child[0], i, title, &to))
			continue;
		for (size_t m = 0; m < a->words; m++)
			if (begins_at(k, a, n->child[1], m, title, &to2) &&
			    is_near(a, i, to, m, to2, n->distance))
				return true;
	}
	return false;
}

/* ---- fields ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_like(const char *pattern, const char *text, size_t len)
{
	if (*pattern == '*')
		return is_like(pattern + 1, text, len) ||
		       (len > 0 && is_like(pattern, text + 1, len - 1));
	if (len == 0)
		return *pattern == '\0';
	return (*pattern == '?' || lower(*pattern) == lower(*text)) &&
	       is_like(pattern + 1, text + 1, len - 1);
}

static size_t cut(struct oracle_word *out, size_t max, struct arena *arena,
                  const char *text, size_t len)
{
	struct tokenizer t;
	struct token token;
	size_t n = 0;

	tokenizer_init(&t, text, len);
	for (; n < max && tokenizer_next(&t, &token); n++) {
		out[n].ptr = need(arena_strndup(
			arena, (const char *)token.bytes, token.len));
		out[n].len = token.len;
	}
	return n;
}

/* The words of `value` follow each other in the name; or are all of it. */
static bool has_words(const char *value, struct fiche_text name, bool whole)
{
	struct oracle_word v[64], n[64];
	struct arena arena = { 0 };
	size_t count = cut(v, 64, &arena, value, strlen(value));
	size_t all = cut(n, 64, &arena, name.ptr, name.len), i = 0, k;
	bool found = false;

	for (; !found && i + count <= all; i++) {
		for (k = 0; k < count && by_word(&v[k], &n[i + k]) == 0; k++)
			continue;
		found = k == count && (!whole || count == all);
	}
	arena_done(&arena);
	return found;
}

static bool names_fit(const struct query_node *n, const struct fiche_text *name,
                      size_t count)
{
	const bool pattern = strpbrk(n->text, "*?") != NULL;

	for (size_t i = 0; i < count; i++) {
		if (name[i].len == 0)
			continue;
		if ((n->field == QUERY_TAG || pattern) &&
		    is_like(n->text, name[i].ptr, name[i].len))
			return true;
		if (!pattern &&
		    has_words(n->text, name[i], n->field == QUERY_TAG))
			return true;
	}
	return false;
}

static bool field_fits(const struct asking *k, const struct oracle_article *a,
                       const struct query_node *n)
{
	int64_t from, to;

	switch (n->field) {
	case QUERY_SOURCE:
		return a->a.source.len > 0 &&
		       is_like(n->text, a->a.source.ptr, a->a.source.len);
	case QUERY_LANGUAGE:
		return a->a.language.len > 0 &&
		       is_like(n->text, a->a.language.ptr, a->a.language.len);
	case QUERY_TAG:
		return names_fit(n, a->a.tags, a->a.tag_count);
	case QUERY_AUTHOR:
		return names_fit(n, a->a.authors, a->a.author_count);
	case QUERY_URL:
		return a->a.url.len == n->text_len &&
		       memcmp(a->a.url.ptr, n->text, n->text_len) == 0;
	default:
		break;
	}
	if (fiche_parse_dates(&from, &to, n->text, k->q->now, NULL) < 0)
		return false;
	return a->a.published.precision != FICHE_DATE_NONE &&
	       a->a.published.begin < to && a->a.published.end > from;
}

/* ---- the tree ---- */

static bool fits(const struct asking *k, const struct oracle_article *a,
                 const struct query_node *n, bool title, double *score)
{
	bool all = true, some = false;
	double sum = 0, one;

	title |= n->title;
	*score = 0;
	if (n->kind <= QUERY_SINGLE)
		return word_fits(k, a, n, title, score);
	if (n->kind == QUERY_FIELD)
		return field_fits(k, a, n);
	if (n->kind == QUERY_NOT)
		return !fits(k, a, n->child[0], title, &one);
	if ((n->kind == QUERY_PHRASE && !phrase_fits(k, a, n, title)) ||
	    (n->kind == QUERY_NEAR && !near_fits(k, a, n, title)))
		return false;
	for (size_t i = 0; i < n->child_count; i++) {
		bool fit = fits(k, a, n->child[i], title, &one);

		all &= fit;
		some |= fit;
		sum += fit ? one : 0;
	}
	*score = sum;
	return n->kind == QUERY_OR ? some : all;
}

void oracle_ask(struct oracle_answer *out, const struct oracle *o,
                const struct oracle_question *q)
{
	struct asking *k = need(calloc(1, sizeof(*k)));

	k->o = o;
	k->q = q;
	if (q->root)
		add_groups(k, q->root);
	*out = (struct oracle_answer){ 0 };
	out->fits = need(calloc(o->count + 1, sizeof(*out->fits)));
	out->score = need(calloc(o->count + 1, sizeof(*out->score)));
	for (size_t i = 0; i < o->count; i++) {
		const struct oracle_article *a = &o->article[i];

		if (q->allowed ? !q->allowed[i] : !a->latest)
			continue;
		out->fits[i] =
			!q->root || fits(k, a, q->root, false, &out->score[i]);
		out->matches += out->fits[i];
	}
	for (size_t i = 0; i < k->count; i++)
		free(k->group[i].has);
	free(k);
}

void oracle_answer_done(struct oracle_answer *a)
{
	free(a->fits);
	free(a->score);
}
