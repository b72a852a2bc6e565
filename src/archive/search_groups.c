/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_groups.c - the words of a query in the words of the index.
 *
 * The index holds words as they are written.  What a prefix, a stem or a lone
 * character of a script without spaces stands for is found by walking the
 * dictionary, and the lists of all these words are made one.
 */

#include <math.h>
#include <string.h>

#include "archive/search.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

#define K1 1.2

#define STEM_MAX      128 /* bytes of a stem */
#define LANGUAGES_MAX 32
#define LANGUAGE_MAX  9 /* bytes, with the NUL */

/* ---- the list of groups ---- */

static bool is_word(const struct query_node *n)
{
	return n->kind == QUERY_WORD || n->kind == QUERY_PREFIX ||
	       n->kind == QUERY_SINGLE;
}

static bool has_digit(const struct query_node *n)
{
	for (size_t i = 0; i < n->text_len; i++)
		if (n->text[i] >= '0' && n->text[i] <= '9')
			return true;
	return false;
}

static bool wants_stems(const struct fiche_hits *h, const struct query_node *n)
{
	return h->opt.stem && n->kind == QUERY_WORD && !n->exact &&
	       !has_digit(n);
}

size_t search_group_of(const struct fiche_hits *h, const struct query_node *n)
{
	const bool stems = wants_stems(h, n);

	for (size_t i = 0; i < h->group_count; i++) {
		const struct word_group *g = &h->group[i];

		if (g->kind == n->kind && g->stems == stems &&
		    g->len == n->text_len &&
		    memcmp(g->text, n->text, g->len) == 0)
			return i;
	}
	return h->group_count;
}

size_t search_field_of(const struct fiche_hits *h, const struct query_node *n)
{
	size_t i = 0;

	while (i < h->field_count && h->field[i] != n)
		i++;
	return i;
}

static int plan_node(struct fiche_hits *h, const struct query_node *n,
                     struct fiche_error *err)
{
	int r = 0;

	if (n->kind == QUERY_FIELD) {
		if (alloc_grow(&h->field, &h->field_cap, h->field_count + 1,
		               sizeof(*h->field)) < 0)
			return err_nomem(err);
		h->field[h->field_count++] = n;
	}
	if (is_word(n) && search_group_of(h, n) == h->group_count) {
		if (alloc_grow(&h->group, &h->group_cap, h->group_count + 1,
		               sizeof(*h->group)) < 0)
			return err_nomem(err);
		h->group[h->group_count++] = (struct word_group){
			.kind = n->kind,
			.text = (const uint8_t *)n->text,
			.len = n->text_len,
			.typed = n->typed ? n->typed : n->text,
			.stems = wants_stems(h, n),
		};
	}
	for (size_t i = 0; r == 0 && i < n->child_count; i++)
		r = plan_node(h, n->child[i], err);
	return r;
}

int search_plan(struct fiche_hits *h, struct fiche_error *err)
{
	return h->query->root ? plan_node(h, h->query->root, err) : 0;
}

void group_list_done(struct group_list *l, struct fiche_view *v)
{
	view_give_buf(v, &l->coded);
	alloc_free(l->plain);
}

/* ---- stems ---- */

/* Languages whose stems a word may have. */
struct stemming {
	const struct fiche_hits *hits;
	char language[LANGUAGES_MAX][LANGUAGE_MAX];
	uint64_t records[LANGUAGES_MAX];
	size_t count;
};

/* Scripts that matter here, told by the first character of a word. */
enum script {
	SCRIPT_LATIN,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_ARABIC,
	SCRIPT_ARMENIAN,
	SCRIPT_HEBREW,
	SCRIPT_DEVANAGARI,
	SCRIPT_TAMIL,
	SCRIPT_OTHER,
};

static enum script script_of(const uint8_t *word, size_t len)
{
	static const struct {
		uint32_t from, to;
		enum script script;
	} blocks[] = {
		{ 'a', 'z', SCRIPT_LATIN },
		{ 0x80, 0x24f, SCRIPT_LATIN },
		{ 0x1e00, 0x1eff, SCRIPT_LATIN },
		{ 0x370, 0x3ff, SCRIPT_GREEK },
		{ 0x400, 0x52f, SCRIPT_CYRILLIC },
		{ 0x530, 0x58f, SCRIPT_ARMENIAN },
		{ 0x590, 0x5ff, SCRIPT_HEBREW },
		{ 0x600, 0x6ff, SCRIPT_ARABIC },
		{ 0x900, 0x97f, SCRIPT_DEVANAGARI },
		{ 0xb80, 0xbff, SCRIPT_TAMIL },
	};
	uint32_t c = 0;

	(void)utf8_decode(&c, (const char *)word, len);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (c >= blocks[i].from && c <= blocks[i].to)
			return blocks[i].script;
	return SCRIPT_OTHER;
}

static enum script script_of_language(const char *l)
{
	static const struct {
		char language[3];
		enum script script;
	} other[] = {
		{ "ar", SCRIPT_ARABIC },   { "be", SCRIPT_CYRILLIC },
		{ "bg", SCRIPT_CYRILLIC }, { "el", SCRIPT_GREEK },
		{ "fa", SCRIPT_ARABIC },   { "hi", SCRIPT_DEVANAGARI },
		{ "hy", SCRIPT_ARMENIAN }, { "kk", SCRIPT_CYRILLIC },
		{ "mk", SCRIPT_CYRILLIC }, { "ne", SCRIPT_DEVANAGARI },
		{ "ru", SCRIPT_CYRILLIC }, { "ta", SCRIPT_TAMIL },
		{ "uk", SCRIPT_CYRILLIC }, { "ur", SCRIPT_ARABIC },
		{ "yi", SCRIPT_HEBREW },
	};

	for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
		if (strcmp(l, other[i].language) == 0)
			return other[i].script;
	return SCRIPT_LATIN;
}

/* Where the archives say nothing. */
static const char *usual_language(enum script s)
{
	static const char *const usual[] = {
		[SCRIPT_LATIN] = "en",      [SCRIPT_CYRILLIC] = "ru",
		[SCRIPT_GREEK] = "el",      [SCRIPT_ARABIC] = "ar",
		[SCRIPT_ARMENIAN] = "hy",   [SCRIPT_HEBREW] = "yi",
		[SCRIPT_DEVANAGARI] = "hi", [SCRIPT_TAMIL] = "ta",
	};

	return s < SCRIPT_OTHER ? usual[s] : NULL;
}

static size_t stem_of(const struct fiche_hits *h, const char *language,
                      const uint8_t *word, size_t len, char out[STEM_MAX])
{
	return h->opt.stem(h->opt.stem_ctx, language, (const char *)word, len,
	                   out, STEM_MAX);
}

static int note_language(void *ctx, struct fiche_text name, uint64_t records)
{
	struct stemming *s = ctx;
	char language[LANGUAGE_MAX], stem[STEM_MAX];
	size_t len = 0, i = 0;

	while (len < name.len && name.ptr[len] != '-')
		len++;
	if (len == 0 || len >= LANGUAGE_MAX)
		return 0;
	memcpy(language, name.ptr, len);
	language[len] = '\0';
	while (i < s->count && strcmp(s->language[i], language) != 0)
		i++;
	if (i == LANGUAGES_MAX ||
	    (i == s->count &&
	     stem_of(s->hits, language, (const uint8_t *)"a", 1, stem) == 0))
		return 0;
	if (i == s->count) {
		memcpy(s->language[i], language, len + 1);
		s->records[s->count++] = 0;
	}
	s->records[i] += records;
	return 0;
}

/* The languages asked for, or else those of one record in a hundred. */
static int find_languages(struct stemming *s, struct fiche_error *err)
{
	const struct fiche_hits *h = s->hits;
	size_t kept = 0;
	int r = 0;

	for (size_t i = 0; h->selection && i < h->selection->language_count;
	     i++) {
		const char *l = h->selection->languages[i];

		(void)note_language(s, (struct fiche_text){ l, strlen(l) },
		                    UINT64_MAX / 2);
	}
	for (size_t i = 0; r == 0 && s->count == 0 && i < h->archive_count; i++)
		r = fiche_reader_names(h->archive[i].reader, TERM_LANGUAGE,
		                       note_language, s, err);
	for (size_t i = 0; i < s->count; i++) {
		if (s->records[i] < h->records / 100)
			continue;
		memmove(s->language[kept++], s->language[i], LANGUAGE_MAX);
	}
	s->count = kept;
	return r;
}

/*
 * What all words of the same stem begin with, as far as stems are made by
 * changing ends: what word and stem share, less two characters, but at least
 * three if they share so many.
 */
static size_t common_start(const uint8_t *word, size_t len, const char *stem,
                           size_t stem_len)
{
	size_t start[TOKEN_MAX + 1] = { 0 }; /* of each character */
	size_t chars = 0, same = 0, n;

	while (same < len && same < stem_len &&
	       word[same] == (uint8_t)stem[same])
		same++;
	for (size_t at = 0; at < same; at += n) {
		uint32_t c;

		n = utf8_decode(&c, (const char *)word + at, len - at);
		if (n == 0 || at + n > same)
			break;
		start[++chars] = at + n;
	}
	return start[chars > 5 ? chars - 2 : chars < 3 ? chars : 3];
}

/* What stemmers take from the front, where a language has it; "" ends it. */
static const char *const *prefixes_of(const char *language)
{
	static const char *const none[] = { "" };
	static const char *const arabic[] = {
		"ال", "وال", "بال", "كال", "فال", "لل",
		"و",  "ف",   "ب",   "ك",   "ل",   "",
	};
	static const char *const indonesian[] = {
		"me", "mem", "men", "meng", "ber",  "di",  "ter", "ke",
		"se", "pe",  "pem", "pen",  "peng", "per", "",
	};

	if (strcmp(language, "ar") == 0)
		return arabic;
	return strcmp(language, "id") == 0 ? indonesian : none;
}

/* The word or the stem behind such a prefix of the word. */
static size_t skip_prefix(const char *language, const uint8_t *word, size_t len)
{
	size_t longest = 0;

	for (const char *const *p = prefixes_of(language); **p; p++) {
		size_t n = strlen(*p);

		if (n < len && n > longest && memcmp(word, *p, n) == 0)
			longest = n;
	}
	return longest;
}

/* ---- looking up ---- */

struct look_up {
	struct fiche_hits *hits;
	struct stemming *stemming;
	struct word_group *group;
	struct search_part *part;
	struct word_walk walk;
	/* The lists of the group's words in this part. */
	struct posting_buf postings;
	struct buf scratch;
	size_t words;
	struct fiche_error *err;
};

static int malformed(const struct look_up *l)
{
	return err_set(l->err, FICHE_ERR_CORRUPT,
	               l->part->segment->where.offset,
	               "index has a malformed list of a word");
}

/* Remember a word that has the stem, in ascending order. */
static int keep_term(struct look_up *l)
{
	const struct word_page *w = &l->walk.page;
	struct word_group *g = l->group;
	size_t at = 0;
	char *bytes;

	while (at < g->term_count &&
	       term_compare(g->terms[at].bytes, g->terms[at].len, w->word,
	                    w->len) < 0)
		at++;
	if (at < g->term_count &&
	    term_compare(g->terms[at].bytes, g->terms[at].len, w->word,
	                 w->len) == 0)
		return 0;
	bytes = arena_strndup(&l->hits->arena, (const char *)w->word, w->len);
	if (!bytes || alloc_grow(&g->terms, &g->term_cap, g->term_count + 1,
	                         sizeof(*g->terms)) < 0)
		return err_nomem(l->err);
	memmove(g->terms + at + 1, g->terms + at,
	        (g->term_count - at) * sizeof(*g->terms));
	g->terms[at] = (struct term){ (const uint8_t *)bytes, w->len };
	g->term_count++;
	return 0;
}

/* The word that the walk is at belongs to the group. */
static int take_word(struct look_up *l)
{
	l->words++;
	return word_walk_postings(&l->walk, 0, &l->postings, &l->scratch,
	                          l->err);
}

/* A word as it is: its long list stays coded. */
static int take_exact(struct look_up *l, struct group_list *out)
{
	const struct word_page *w = &l->walk.page;
	struct segment_part part;
	struct segment_in *in;
	int r = word_walk_find(&l->walk, l->group->text, l->group->len, l->err);

	if (r != 0)
		return r == FICHE_END ? 0 : r;
	if (w->long_len == 0)
		return take_word(l);
	/* A posting takes two bits at least. */
	if (w->count / 4 > w->long_len)
		return malformed(l);
	part = word_walk_long(&l->walk);
	in = l->walk.in;
	out->coded = view_take_buf(l->part->view);
	if (!buf_reserve(&out->coded, (size_t)part.len))
		return err_nomem(l->err);
	r = in->read(in, part.at, out->coded.ptr, (size_t)part.len, l->err);
	out->coded.len = (size_t)part.len;
	out->count = w->count;
	return r;
}

static int take_prefix(struct look_up *l)
{
	const struct word_group *g = l->group;
	const struct word_page *w = &l->walk.page;
	int r = word_walk_seek(&l->walk, g->text, g->len, l->err);

	while (r == 0) {
		r = word_walk_next(&l->walk, l->err);
		if (r == 0 &&
		    (w->len < g->len || memcmp(w->word, g->text, g->len) != 0))
			r = FICHE_END;
		if (r == 0)
			r = take_word(l);
	}
	return r == FICHE_END ? 0 : r;
}

/* Every pair with the character may be anywhere in the dictionary. */
static int take_single(struct look_up *l)
{
	int r = word_walk_seek(&l->walk, "", 0, l->err);

	while (r == 0) {
		r = word_walk_next(&l->walk, l->err);
		if (r == 0 && search_group_has(l->group, l->walk.page.word,
		                               l->walk.page.len))
			r = take_word(l);
	}
	return r == FICHE_END ? 0 : r;
}

/* Keep the words that begin with `start` and have the stem. */
static int take_stem_from(struct look_up *l, const char *language,
                          const struct buf *start, const char *stem, size_t len)
{
	const struct word_page *w = &l->walk.page;
	char other[STEM_MAX];
	int r = word_walk_seek(&l->walk, start->ptr, start->len, l->err);

	while (r == 0) {
		r = word_walk_next(&l->walk, l->err);
		if (r == 0 && (w->len < start->len ||
		               memcmp(w->word, start->ptr, start->len) != 0))
			r = FICHE_END;
		if (r == 0 &&
		    stem_of(l->hits, language, w->word, w->len, other) == len &&
		    memcmp(stem, other, len) == 0)
			r = keep_term(l);
	}
	return r == FICHE_END ? 0 : r;
}

static int take_stem(struct look_up *l, const char *language)
{
	const struct word_group *g = l->group;
	const char *const *prefix = prefixes_of(language);
	char stem[STEM_MAX];
	size_t len = stem_of(l->hits, language, g->text, g->len, stem);
	size_t skip = skip_prefix(language, g->text, g->len), n;
	struct buf start = { 0 };
	int r = 0;

	if (len == 0)
		return 0;
	/* The bare stem first, then behind each prefix, and the word's own. */
	for (bool more = true; r == 0 && more; prefix++) {
		more = **prefix != '\0';
		buf_clear(&start);
		buf_text(&start, *prefix);
		n = common_start(g->text + skip, g->len - skip, stem, len);
		buf_put(&start, g->text + skip, n);
		if (!buf_ok(&start))
			r = err_nomem(l->err);
		else if (start.len > 0)
			r = take_stem_from(l, language, &start, stem, len);
	}
	buf_done(&start);
	return r;
}

/* All words of the dictionary with a stem of the word, in any language of its
 * script; first they are only noted, as several languages may give one. */
static int take_stems(struct look_up *l)
{
	struct word_group *g = l->group;
	const enum script script = script_of(g->text, g->len);
	const char *usual = usual_language(script);
	bool any = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < l->stemming->count; i++) {
		const char *language = l->stemming->language[i];

		if (script_of_language(language) != script)
			continue;
		any = true;
		r = take_stem(l, language);
	}
	if (r == 0 && !any && usual)
		r = take_stem(l, usual);
	if (r == 0) {
		r = word_walk_find(&l->walk, g->text, g->len, l->err);
		r = r == FICHE_END ? 0 : r < 0 ? r : keep_term(l);
	}
	for (size_t i = 0; r == 0 && i < g->term_count; i++) {
		r = word_walk_find(&l->walk, g->terms[i].bytes, g->terms[i].len,
		                   l->err);
		if (r == 0)
			r = take_word(l);
		r = r == FICHE_END ? 0 : r;
	}
	return r;
}

/*
 * Make one list of what was taken.  Lists of several words are added up in a
 * byte for each record of the segment: the count, and a bit for the title.
 */
static int make_list(struct look_up *l, struct group_list *out)
{
	const size_t records = (size_t)l->part->segment->where.record_count;
	struct posting_buf *all = &l->postings;
	uint8_t *tally;
	size_t n = 0;

	if (out->coded.len > 0)
		return 0;
	if (l->words > 1) {
		tally = alloc_zeroed(records, 1);
		if (!tally)
			return err_nomem(l->err);
		for (size_t i = 0; i < all->count; i++) {
			uint8_t *t = &tally[all->p[i].idx];
			unsigned count = (*t & 127u) + all->p[i].count;

			n += *t == 0;
			if (count > POSTINGS_COUNT_MAX)
				count = POSTINGS_COUNT_MAX;
			*t = (uint8_t)((*t & 128u) | count |
			               (all->p[i].title ? 128u : 0));
		}
		all->count = 0;
		for (size_t i = 0; all->count < n; i++)
			if (tally[i])
				all->p[all->count++] =
					(struct posting){ (uint32_t)i,
					                  tally[i] & 127u,
					                  tally[i] >> 7 };
		alloc_free(tally);
	}
	out->count = all->count;
	out->plain = alloc_resize(NULL, all->count, sizeof(*out->plain));
	if (!out->plain)
		return err_nomem(l->err);
	if (all->count > 0)
		memcpy(out->plain, all->p, all->count * sizeof(*all->p));
	return 0;
}

static int look_up(struct look_up *l, struct group_list *out)
{
	int r = 0;

	l->postings.count = 0;
	l->words = 0;
	switch (l->group->kind) {
	case QUERY_PREFIX:
		r = take_prefix(l);
		break;
	case QUERY_SINGLE:
		r = take_single(l);
		break;
	default:
		r = l->group->stems ? take_stems(l) : take_exact(l, out);
		break;
	}
	if (r == 0)
		r = make_list(l, out);
	if (r == 0)
		l->group->count += out->count;
	return r;
}

static int look_up_in(struct fiche_hits *h, struct search_part *p,
                      struct stemming *s, struct fiche_error *err)
{
	struct look_up l = { .hits = h, .stemming = s, .part = p, .err = err };
	int r = 0;

	p->list = alloc_zeroed(h->group_count, sizeof(*p->list));
	if (!p->list)
		return err_nomem(err);
	word_walk_init(&l.walk, p->words,
	               view_words_in(&p->words_in, p->view, p->segment));
	l.walk.page = p->view->word_page;
	l.walk.stored = p->view->stored;
	for (size_t i = 0; r == 0 && i < h->group_count; i++) {
		l.group = &h->group[i];
		r = look_up(&l, &p->list[i]);
	}
	/* Back to the view, with their memory. */
	p->view->word_page = l.walk.page;
	p->view->stored = l.walk.stored;
	alloc_free(l.postings.p);
	buf_done(&l.scratch);
	return r;
}

int search_look_up(struct fiche_hits *h, struct fiche_error *err)
{
	struct stemming s = { .hits = h };
	bool stems = false;
	int r = 0;

	for (size_t i = 0; i < h->group_count; i++)
		stems |= h->group[i].stems;
	if (stems)
		r = find_languages(&s, err);
	for (size_t i = 0; r == 0 && h->group_count > 0 && i < h->part_count;
	     i++)
		r = look_up_in(h, &h->part[i], &s, err);
	for (size_t i = 0; i < h->group_count; i++) {
		double n = (double)h->records, df = (double)h->group[i].count;

		h->group[i].weight =
			(K1 + 1) * log(1 + (n - df + 0.5) / (df + 0.5));
	}
	return r;
}

/* ---- words of texts ---- */

static bool has_term(const struct word_group *g, const uint8_t *word,
                     size_t len)
{
	size_t lo = 0, hi = g->term_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = term_compare(g->terms[mid].bytes, g->terms[mid].len,
		                         word, len);

		if (order == 0)
			return true;
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* The character alone, or a pair that begins or ends with it. */
static bool has_single(const struct word_group *g, const uint8_t *word,
                       size_t len)
{
	uint32_t c;
	size_t first = utf8_decode(&c, (const char *)word, len), second;

	if (first == g->len && memcmp(word, g->text, first) == 0 &&
	    first == len)
		return true;
	if (first == 0 || first == len)
		return false;
	second = utf8_decode(&c, (const char *)word + first, len - first);
	if (first + second != len)
		return false;
	return (first == g->len && memcmp(word, g->text, first) == 0) ||
	       (second == g->len && memcmp(word + first, g->text, second) == 0);
}

bool search_group_has(const struct word_group *g, const uint8_t *word,
                      size_t len)
{
	if (len == 0)
		return false;
	if (g->kind == QUERY_SINGLE)
		return has_single(g, word, len);
	if (g->kind == QUERY_PREFIX)
		return len >= g->len && memcmp(word, g->text, g->len) == 0;
	if (g->stems)
		return has_term(g, word, len);
	return len == g->len && memcmp(word, g->text, len) == 0;
}
