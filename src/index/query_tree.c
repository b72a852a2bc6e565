/* SPDX-License-Identifier: Apache-2.0 */
/* query_tree.c - making the nodes of a query; see query_tree.h. */

#include "index/query_tree.h"

#include <assert.h>
#include <string.h>

#include "article/date.h"
#include "base/hash.h"
#include "index/token.h"

/* Nodes that the words in one open parenthesis can still get above them when
 * no word follows: AND, OR, NOT, NEAR. */
#define PENDING 4
#define NOWHERE SIZE_MAX

/* Read nothing more. */
static void stop(struct query_tree *t)
{
	t->lex.at = t->lex.len;
}

/* Behind the end that we set ourselves, nothing is missing. */
void query_tree_complain(struct query_tree *t, size_t at, const char *what,
                         const char *why)
{
	if (!t->full && !t->failed)
		query_lex_complain(&t->lex, at, what, why);
}

static void *take_memory(struct query_tree *t, size_t len)
{
	void *ptr = t->failed ? NULL : arena_take(t->arena, len);

	if (!ptr) {
		t->failed = true;
		stop(t);
	}
	return ptr;
}

const char *query_tree_copy(struct query_tree *t, const void *bytes, size_t len)
{
	char *text = take_memory(t, len + 1);

	if (text) {
		memcpy(text, bytes, len);
		text[len] = '\0';
	}
	return text;
}

/* NULL when out of memory; so are the other makers of nodes. */
static struct query_node *new_node(struct query_tree *t, enum query_kind kind)
{
	struct query_node *n = take_memory(t, sizeof(*n));

	if (n) {
		*n = (struct query_node){ .kind = kind };
		t->nodes++;
	}
	return n;
}

void query_tree_push(struct query_tree *t, struct query_node *n)
{
	if (!n)
		return;
	assert(t->count < QUERY_NODES_MAX);
	t->stack[t->count++] = n;
}

void query_tree_add(struct query_tree *t, enum query_kind kind,
                    struct query_node *n)
{
	if (!n || n->kind != kind) {
		query_tree_push(t, n);
		return;
	}
	for (size_t i = 0; i < n->child_count; i++)
		query_tree_push(t, n->child[i]);
}

struct query_node *query_tree_collect(struct query_tree *t,
                                      enum query_kind kind, size_t base)
{
	size_t count = t->count - base;
	struct query_node *n;

	t->count = base;
	if (count == 0)
		return NULL;
	if (count == 1 && kind != QUERY_NOT)
		return t->stack[base];
	n = new_node(t, kind);
	if (!n)
		return NULL;
	n->child = take_memory(t, count * sizeof(*n->child));
	if (!n->child)
		return NULL;
	memcpy(n->child, t->stack + base, count * sizeof(*n->child));
	n->child_count = count;
	return n;
}

/* May one more word, and perhaps a phrase around it, be made? */
static bool has_room(struct query_tree *t)
{
	size_t open = t->lex.depth + (size_t)1;

	if (t->nodes + PENDING * open + 2 > QUERY_NODES_MAX) {
		t->full = true;
		stop(t);
	}
	return !t->full && !t->failed;
}

static bool is_same_word(const struct query_node *a, const struct query_node *b)
{
	return a->kind == b->kind && a->title == b->title &&
	       a->exact == b->exact && a->text_len == b->text_len &&
	       memcmp(a->text, b->text, a->text_len) == 0;
}

void query_tree_drop_repeated(struct query_tree *t, size_t base)
{
	size_t count = t->count - base, cap = 2, kept = base;
	struct query_node **slot;

	if (count < 2)
		return;
	while (cap < 2 * count)
		cap *= 2;
	memset(t->table, 0, cap * sizeof(*t->table));
	for (size_t i = base; i < base + count; i++) {
		struct query_node *n = t->stack[i];

		if (n->kind <= QUERY_SINGLE) {
			slot = t->table +
			       (crc32_add(n->kind, n->text, n->text_len) &
			        (cap - 1));
			while (*slot && !is_same_word(*slot, n))
				if (++slot == t->table + cap)
					slot = t->table;
			if (*slot)
				continue;
			*slot = n;
		}
		t->stack[kept++] = n;
	}
	t->count = kept;
}

static struct query_node *new_word(struct query_tree *t,
                                   const struct token *word, size_t from,
                                   bool title)
{
	struct query_node *n = new_node(
		t, word->kind == TOKEN_SINGLE ? QUERY_SINGLE : QUERY_WORD);

	if (!n)
		return NULL;
	t->words++;
	n->title = title;
	n->text_len = word->len;
	n->text = query_tree_copy(t, word->bytes, word->len);
	n->typed = query_tree_copy(t, t->lex.text + from + word->from,
	                           word->to - word->from);
	return n->typed ? n : NULL;
}

/* The words between two places, next to each other.  *end is where the last
 * one ends. */
static struct query_node *read_words(struct query_tree *t, size_t from,
                                     size_t to, bool title, bool quoted,
                                     size_t *end)
{
	size_t base = t->count;
	struct tokenizer words;
	struct query_node *n;
	struct token word;

	*end = from;
	tokenizer_init(&words, t->lex.text + from, to - from);
	while (tokenizer_next(&words, &word) && has_room(t)) {
		*end = from + word.to;
		query_tree_push(t, new_word(t, &word, from, title));
	}
	if (quoted || t->count - base > 1)
		for (size_t i = base; i < t->count; i++)
			t->stack[i]->exact = t->stack[i]->kind == QUERY_WORD;
	n = query_tree_collect(t, QUERY_PHRASE, base);
	if (n)
		n->title = title;
	return n;
}

static void complain_star(struct query_tree *t, size_t at)
{
	query_tree_complain(t, at, "'*'",
	                    "is not at the end of a word and was left out");
}

static struct query_node *read_quoted(struct query_tree *t, size_t from,
                                      size_t to, bool title)
{
	const char *star = memchr(t->lex.text + from, '*', to - from);
	size_t end;

	if (star)
		query_tree_complain(
			t, (size_t)(star - t->lex.text), "'*'",
			"stands in quotes, where it has no meaning");
	return read_words(t, from, to, title, true, &end);
}

static struct query_node *read_item(struct query_tree *t, size_t from,
                                    size_t to, bool title)
{
	size_t star = t->lex.text[to - 1] == '*' ? to - 1 : NOWHERE, end;
	struct query_node *n, *last;
	const char *other;

	if (star != NOWHERE)
		to = query_lex_trim(&t->lex, from, star);
	other = memchr(t->lex.text + from, '*', to - from);
	if (other)
		complain_star(t, (size_t)(other - t->lex.text));
	n = read_words(t, from, to, title, false, &end);
	if (star == NOWHERE)
		return n;
	if (!n || end < to) {
		complain_star(t, star);
		return n;
	}
	last = n->kind == QUERY_PHRASE ? n->child[n->child_count - 1] : n;
	last->kind = QUERY_PREFIX;
	last->exact = false;
	return n;
}

/* Does some time of asking make a date of it?  `today..2030` is one now, and
 * none later; `2020..today` is none in 1970. */
static bool is_date(const char *text, size_t len)
{
	static const int64_t times[] = { 0, INT64_C(253402300799) };
	int64_t begin, end;

	if (strlen(text) != len)
		return false;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (date_parse_range(&begin, &end, text, strlen(text),
		                     times[i]))
			return true;
	return false;
}

static struct query_node *read_field(struct query_tree *t,
                                     const struct lexeme *l, bool title)
{
	size_t len = l->to - l->from;
	struct query_node *n;
	const char *text;

	if (!has_room(t))
		return NULL;
	text = query_tree_copy(t, t->lex.text + l->from, len);
	if (!text)
		return NULL;
	if (l->field == QUERY_DATE && !is_date(text, len)) {
		query_tree_complain(
			t, l->at, "the date",
			"cannot be read; its words are searched for");
		return l->quoted ? read_quoted(t, l->from, l->to, title)
		                 : read_item(t, l->from, l->to, title);
	}
	n = new_node(t, QUERY_FIELD);
	if (!n)
		return NULL;
	t->words++;
	n->field = l->field;
	n->text = text;
	n->text_len = len;
	return n;
}

struct query_node *query_tree_operand(struct query_tree *t,
                                      const struct lexeme *l, bool title)
{
	if (l->kind == LEX_FIELD)
		return read_field(t, l, title);
	if (l->kind == LEX_QUOTED)
		return read_quoted(t, l->from, l->to, title);
	return read_item(t, l->from, l->to, title);
}
