/* SPDX-License-Identifier: Apache-2.0 */
/* test_query.c - index/query: what a person types, and what is made of it. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "index/query.h"
#include "support/query_print.h"

#define LEFT_OUT "and was left out"
#define NO_WORD  "there is no word in the query"
#define STAR(n)  "'*' at character " n " is not at the end of a word " LEFT_OUT
#define NO_VALUE(n)                                                            \
	"the field at character " n                                            \
	" has nothing behind its colon and was read as a word"
#define OPEN_QUOTE(n)                                                          \
	"the quote at character " n " is not closed; read up to the end"
#define OPEN_PAREN(n)                                                          \
	"the parenthesis at character " n " is not closed; read up to the end"
#define UNMATCHED(n)  "')' at character " n " has no '(' " LEFT_OUT
#define NO_LEFT(o, n) o " at character " n " has nothing on its left " LEFT_OUT
#define NO_RIGHT(o, n)                                                         \
	o " at character " n " has nothing on its right " LEFT_OUT
#define NO_OPERAND(o, n) o " at character " n " has nothing behind it " LEFT_OUT
#define NO_SIDES(n)                                                            \
	"'near' at character " n                                               \
	" has no word or phrase on both sides " LEFT_OUT
#define NO_DATE(n)                                                             \
	"the date at character " n " cannot be read; its words are searched "  \
	"for"

/* U+200F, U+202B, U+2069, U+FEFF */
#define RLM "\xe2\x80\x8f"
#define RLE "\xe2\x80\xab"
#define PDI "\xe2\x81\xa9"
#define BOM "\xef\xbb\xbf"
/* Hu Jintao */
#define HU  "\xe8\x83\xa1"
#define JIN "\xe9\x94\xa6"
#define TAO "\xe6\xb6\x9b"

static const struct {
	const char *rule;
	const char *text;
	const char *tree;
	const char *notice; /* NULL: none */
} rows[] = {
	{ "one word", "flood", "WORD(flood)", NULL },
	{ "words are folded", "FLOOD", "WORD(flood)", NULL },
	{ "blanks are AND", " flood\tmayor\n", "AND(WORD(flood) WORD(mayor))",
	  NULL },
	{ "stop words are words", "the of and",
	  "AND(WORD(the) WORD(of) "
	  "WORD(and))",
	  NULL },
	{ "AND says nothing", "a AND b", "AND(WORD(a) WORD(b))", NULL },
	{ "not even alone", "AND a AND AND", "WORD(a)", NULL },
	{ "plus says nothing", "+a +\"b c\" +(d) + e",
	  "AND(WORD(a) PHRASE(WORD(b) WORD(c)) WORD(d) WORD(e))", NULL },
	{ "words are not repeated", "a b A a -a",
	  "AND(WORD(a) WORD(b) "
	  "NOT(WORD(a)))",
	  NULL },
	{ "not by a group either", "(a b) (b a) c",
	  "AND(WORD(a) WORD(b) WORD(c))", NULL },
	{ "exact ones are others", "a \"a\" title:a a* \"a\"",
	  "AND(WORD(a) exact:WORD(a) title:WORD(a) PREFIX(a))", NULL },

	{ "OR", "a OR b", "OR(WORD(a) WORD(b))", NULL },
	{ "bar", "a|b || c", "OR(WORD(a) WORD(b) WORD(c))", NULL },
	{ "or is a word", "a or b", "AND(WORD(a) WORD(or) WORD(b))", NULL },
	{ "AND before OR", "a b OR c d",
	  "OR(AND(WORD(a) WORD(b)) AND(WORD(c) WORD(d)))", NULL },
	{ "groups", "a (b OR c) d", "AND(WORD(a) OR(WORD(b) WORD(c)) WORD(d))",
	  NULL },
	{ "like lists become one", "(a OR (b OR c)) | ((d))",
	  "OR(WORD(a) WORD(b) WORD(c) WORD(d))", NULL },
	{ "groups without blanks", "(a)(b)", "AND(WORD(a) WORD(b))", NULL },
	{ "OR by a parenthesis", "(a)OR(b)", "OR(WORD(a) WORD(b))", NULL },
	{ "empty groups", "a () b ( ( ) )", "AND(WORD(a) WORD(b))", NULL },
	{ "an empty side", "a OR ...", "WORD(a)", NULL },
	{ "OR first", "OR a", "WORD(a)", NO_LEFT("'OR'", "1") },
	{ "OR last", "a OR", "WORD(a)", NO_RIGHT("'OR'", "3") },
	{ "OR last in a group", "(a |) b", "AND(WORD(a) WORD(b))",
	  NO_RIGHT("'|'", "4") },
	{ "OR twice", "a OR OR b", "OR(WORD(a) WORD(b))",
	  NO_LEFT("'OR'", "6") },
	{ "only OR", "OR", "NOTHING", NO_LEFT("'OR'", "1") },
	{ "only AND", "AND", "NOTHING", NO_WORD },
	{ "only operators", "OR NOT near/3 | AND", "NOTHING",
	  NO_LEFT("'OR'", "1") },

	{ "minus", "a -b", "AND(WORD(a) NOT(WORD(b)))", NULL },
	{ "NOT", "a NOT b", "AND(WORD(a) NOT(WORD(b)))", NULL },
	{ "only NOT", "-a", "NOT(WORD(a))", NULL },
	{ "minus before all", "-\"a b\" -(c d) -tag:e -title:f (-g) h|-i",
	  "OR(AND(NOT(PHRASE(WORD(a) WORD(b))) NOT(AND(WORD(c) WORD(d))) "
	  "NOT(FIELD(tag e)) NOT(title:WORD(f)) NOT(WORD(g)) WORD(h)) "
	  "NOT(WORD(i)))",
	  NULL },
	{ "minus inside", "a-b", "PHRASE(WORD(a) WORD(b))", NULL },
	{ "minus alone", "a - b", "AND(WORD(a) WORD(b))", NULL },
	{ "minus behind", "(a)-b \"c\"-d",
	  "AND(WORD(a) WORD(b) exact:WORD(c) WORD(d))", NULL },
	{ "two signs are none", "--a -+b +-c", "AND(WORD(a) WORD(b) WORD(c))",
	  NULL },
	{ "minus and nothing", "a -... -\"\" -()", "WORD(a)", NULL },
	{ "no operator behind a sign", "-OR +NOT -near",
	  "AND(NOT(WORD(or)) WORD(not) NOT(WORD(near)))", NULL },
	{ "NOT twice", "NOT NOT a", "WORD(a)", NULL },
	{ "NOT three times", "NOT NOT NOT a", "NOT(WORD(a))", NULL },
	{ "NOT of NOT", "a -(-(b c))", "AND(WORD(a) WORD(b) WORD(c))", NULL },
	{ "NOT and minus", "NOT -a", "WORD(a)", NULL },
	{ "NOT at the end", "a NOT", "WORD(a)", NO_OPERAND("'NOT'", "3") },
	{ "NOT before OR", "a NOT OR b", "OR(WORD(a) WORD(b))",
	  NO_OPERAND("'NOT'", "3") },
	{ "NOT at the end of a group", "(a NOT) b", "AND(WORD(a) WORD(b))",
	  NO_OPERAND("'NOT'", "4") },

	{ "phrase", "\"flood defences\"", "PHRASE(WORD(flood) WORD(defences))",
	  NULL },
	{ "phrase of one word", "\"Flood\"", "exact:WORD(flood)", NULL },
	{ "operators in quotes", "\"a OR (b) -c near title:d\"",
	  "PHRASE(WORD(a) WORD(or) WORD(b) WORD(c) WORD(near) WORD(title) "
	  "WORD(d))",
	  NULL },
	{ "curly quotes",
	  "\xe2\x80\x9c"
	  "a b\xe2\x80\x9d",
	  "PHRASE(WORD(a) WORD(b))", NULL },
	{ "low quotes",
	  "\xe2\x80\x9e"
	  "a b\xe2\x80\x9c",
	  "PHRASE(WORD(a) WORD(b))", NULL },
	{ "angle quotes",
	  "\xc2\xab\xc2\xa0"
	  "a b\xc2\xa0\xc2\xbb",
	  "PHRASE(WORD(a) WORD(b))", NULL },
	{ "wide quotes",
	  "\xef\xbc\x82"
	  "a b\xef\xbc\x82",
	  "PHRASE(WORD(a) WORD(b))", NULL },
	{ "quotes without blanks", "a\"b c\"d",
	  "AND(WORD(a) PHRASE(WORD(b) WORD(c)) WORD(d))", NULL },
	{ "empty quotes", "a \"\" \"...\"", "WORD(a)", NULL },
	{ "only quotes", "\"\"", "NOTHING", NO_WORD },
	{ "open quote", "a b \"c d",
	  "AND(WORD(a) WORD(b) PHRASE(WORD(c) "
	  "WORD(d)))",
	  OPEN_QUOTE("5") },
	{ "one quote", "\"", "NOTHING", OPEN_QUOTE("1") },
	{ "open quote takes a parenthesis", "(a \"b)",
	  "AND(WORD(a) "
	  "exact:WORD(b))",
	  OPEN_PAREN("1") },
	{ "star in quotes", "\"clima* b\"", "PHRASE(WORD(clima) WORD(b))",
	  "'*' at character 7 stands in quotes, where it has no meaning" },

	{ "prefix", "climat*", "PREFIX(climat)", NULL },
	{ "prefix of several", "state-of-the-ar*",
	  "PHRASE(WORD(state) WORD(of) WORD(the) PREFIX(ar))", NULL },
	{ "prefix before a parenthesis", "(a*)", "PREFIX(a)", NULL },
	{ "star alone", "*", "NOTHING", STAR("1") },
	{ "star and a word", "a * b", "AND(WORD(a) WORD(b))", STAR("3") },
	{ "star in front", "*a", "WORD(a)", STAR("1") },
	{ "star inside", "a*b", "PHRASE(WORD(a) WORD(b))", STAR("2") },
	{ "star inside and behind", "a*b*", "PHRASE(WORD(a) PREFIX(b))",
	  STAR("2") },
	{ "two stars", "a**", "WORD(a)", STAR("2") },
	{ "star behind a sign", "a.*", "WORD(a)", STAR("3") },
	{ "minus star", "-* b", "WORD(b)", STAR("2") },

	{ "several tokens", "U.S. 3.14",
	  "AND(PHRASE(WORD(u) WORD(s)) PHRASE(WORD(3) WORD(14)))", NULL },
	{ "one word, one sign", "(c++)", "WORD(c)", NULL },
	{ "pairs", HU JIN TAO, "PHRASE(WORD(" HU JIN ") WORD(" JIN TAO "))",
	  NULL },
	{ "one pair", HU JIN, "WORD(" HU JIN ")", NULL },
	{ "single", HU, "SINGLE(" HU ")", NULL },
	{ "single in quotes", "\"" HU "\"", "SINGLE(" HU ")", NULL },
	{ "prefix of a single", HU "*", "PREFIX(" HU ")", NULL },
	{ "prefix of pairs", HU JIN TAO "*",
	  "PHRASE(WORD(" HU JIN ") PREFIX(" JIN TAO "))", NULL },
	{ "quotes within", HU "\xe2\x80\x9c" JIN TAO "\xe2\x80\x9d",
	  "AND(SINGLE(" HU ") exact:WORD(" JIN TAO "))", NULL },

	{ "near", "a near/5 b", "NEAR/5(WORD(a) WORD(b))", NULL },
	{ "near without number", "a NEAR b", "NEAR/10(WORD(a) WORD(b))", NULL },
	{ "near 0", "a Near/0 b", "NEAR/0(WORD(a) WORD(b))", NULL },
	{ "near is cut", "a near/99999999999999999999 b",
	  "NEAR/1000(WORD(a) WORD(b))", NULL },
	{ "near binds tighter", "x a near/2 b y OR c",
	  "OR(AND(WORD(x) NEAR/2(WORD(a) WORD(b)) WORD(y)) WORD(c))", NULL },
	{ "near of all", "\"a b\" near/1 c* near/2 " HU,
	  "AND(NEAR/1(PHRASE(WORD(a) WORD(b)) PREFIX(c)) "
	  "NEAR/2(PREFIX(c) SINGLE(" HU ")))",
	  NULL },
	{ "near of groups of one", "(a) near (\"b\")",
	  "NEAR/10(WORD(a) exact:WORD(b))", NULL },
	{ "near, not near", "near/x near/ near/-1 nearby",
	  "AND(PHRASE(WORD(near) WORD(x)) WORD(near) "
	  "PHRASE(WORD(near) WORD(1)) WORD(nearby))",
	  NULL },
	{ "near in quotes", "a \"near\" b",
	  "AND(WORD(a) exact:WORD(near) WORD(b))", NULL },
	{ "NOT binds tighter", "-a near b", "AND(NOT(WORD(a)) WORD(b))",
	  NO_SIDES("4") },
	{ "near NOT", "a near -b near c", "AND(WORD(a) NOT(WORD(b)) WORD(c))",
	  NO_SIDES("3") },
	{ "near a group", "a near (b c) near d",
	  "AND(WORD(a) WORD(b) WORD(c) WORD(d))", NO_SIDES("3") },
	{ "near a field", "a near b near tag:c",
	  "AND(NEAR/10(WORD(a) WORD(b)) FIELD(tag c))", NO_SIDES("10") },
	{ "near nothing", "a near ... b", "AND(WORD(a) WORD(b))",
	  NO_SIDES("3") },
	{ "near first", "near/3 a", "WORD(a)", NO_LEFT("'near'", "1") },
	{ "near last", "a near/3", "WORD(a)", NO_SIDES("3") },
	{ "near before OR", "a near OR b", "OR(WORD(a) WORD(b))",
	  NO_SIDES("3") },
	{ "near twice", "a near near b", "AND(WORD(a) WORD(b))",
	  NO_SIDES("3") },
	{ "near alone", "near", "NOTHING", NO_LEFT("'near'", "1") },
	{ "near the title", "a near b near title:\"c d\"",
	  "AND(title:NEAR/10(WORD(a) WORD(b)) "
	  "title:NEAR/10(WORD(b) PHRASE(WORD(c) WORD(d))))",
	  NULL },

	{ "title", "title:flood a", "AND(title:WORD(flood) WORD(a))", NULL },
	{ "title, phrase", "Title:\"a b\"", "title:PHRASE(WORD(a) WORD(b))",
	  NULL },
	{ "title, item", "title:a-b* c",
	  "AND(title:PHRASE(WORD(a) PREFIX(b)) "
	  "WORD(c))",
	  NULL },
	{ "title, group", "title:(a OR -b near/2 c \"d\") e",
	  "AND(OR(title:WORD(a) AND(NOT(title:WORD(b)) title:WORD(c) "
	  "title:exact:WORD(d))) WORD(e))",
	  NO_SIDES("16") },
	{ "title, inner groups", "title:((a near b) tag:c title:d) e",
	  "AND(title:NEAR/10(WORD(a) WORD(b)) FIELD(tag c) title:WORD(d) "
	  "WORD(e))",
	  NULL },
	{ "title, operators are words", "title:OR title:near title:-x",
	  "AND(title:WORD(or) title:WORD(near) title:WORD(x))", NULL },
	{ "title, field inside", "title:tag:x",
	  "title:PHRASE(WORD(tag) "
	  "WORD(x))",
	  NULL },
	{ "title ends at a bar", "title:a|b", "OR(title:WORD(a) WORD(b))",
	  NULL },
	{ "title and blank", "title: a", "AND(WORD(title) WORD(a))",
	  NO_VALUE("1") },
	{ "title at the end", "a title:", "AND(WORD(a) WORD(title))",
	  NO_VALUE("3") },
	{ "title and nothing", "title:() title:\"...\" a", "WORD(a)", NULL },
	{ "title, empty", "title:\"\" (title:)", "WORD(title)", NO_VALUE("1") },

	{ "source", "source:*.example.org", "FIELD(source *.example.org)",
	  NULL },
	{ "names of fields",
	  "SITE:a Tags:b keyword:c by:d language:e lang:f author:g url:h tag:i",
	  "AND(FIELD(source a) FIELD(tag b) FIELD(tag c) FIELD(author d) "
	  "FIELD(language e) FIELD(language f) FIELD(author g) FIELD(url h) "
	  "FIELD(tag i))",
	  NULL },
	{ "quoted value", "tag:\"climate  Change\" a",
	  "AND(FIELD(tag climate  Change) WORD(a))", NULL },
	{ "curly value",
	  "tag:\xe2\x80\x9c"
	  "a b\xe2\x80\x9d",
	  "FIELD(tag a b)", NULL },
	{ "a URL", "url:https://a.example/?b=c|d\"e (x)",
	  "AND(FIELD(url https://a.example/?b=c|d\"e) WORD(x))", NULL },
	{ "values end at parentheses", "(tag:a) tag:b(c)",
	  "AND(FIELD(tag a) FIELD(tag b) WORD(c))", NULL },
	{ "no group of values", "tag:(a OR b)",
	  "AND(WORD(tag) OR(WORD(a) WORD(b)))", NO_VALUE("1") },
	{ "value missing", "tag: a", "AND(WORD(tag) WORD(a))", NO_VALUE("1") },
	{ "value of blanks", "tag:\"  \"", "WORD(tag)", NO_VALUE("1") },
	{ "open value", "tag:\"a b", "FIELD(tag a b)", OPEN_QUOTE("5") },
	{ "unknown fields", "foo:bar 12:30 http://x.y",
	  "AND(PHRASE(WORD(foo) WORD(bar)) PHRASE(WORD(12) WORD(30)) "
	  "PHRASE(WORD(http) WORD(x) WORD(y)))",
	  NULL },
	{ "a field inside", "xtitle:a a.tag:b",
	  "AND(PHRASE(WORD(xtitle) WORD(a)) "
	  "PHRASE(WORD(a) WORD(tag) WORD(b)))",
	  NULL },
	{ "fields are not repeated words", "tag:a tag:a",
	  "AND(FIELD(tag a) FIELD(tag a))", NULL },

	{ "date", "date:2024-03..2024-05", "FIELD(date 2024-03..2024-05)",
	  NULL },
	{ "date, quoted", "date:\"21 Nov 2007\"", "FIELD(date 21 Nov 2007)",
	  NULL },
	{ "dates that move", "date:7d date:2020..today date:today..2030",
	  "AND(FIELD(date 7d) FIELD(date 2020..today) "
	  "FIELD(date today..2030))",
	  NULL },
	{ "no date", "a date:tomorrow", "AND(WORD(a) WORD(tomorrow))",
	  NO_DATE("3") },
	{ "no date, two words", "date:2024-13", "PHRASE(WORD(2024) WORD(13))",
	  NO_DATE("1") },
	{ "no date, quoted", "date:\"soon\"", "exact:WORD(soon)",
	  NO_DATE("1") },
	{ "no date, in the title", "title:(date:soon)", "title:WORD(soon)",
	  NO_DATE("8") },

	{ "parenthesis open", "a (b", "AND(WORD(a) WORD(b))", OPEN_PAREN("3") },
	{ "parenthesis closed", "a) b", "AND(WORD(a) WORD(b))",
	  UNMATCHED("2") },
	{ "the first one is told", "a) * (b", "AND(WORD(a) WORD(b))",
	  UNMATCHED("2") },
	{ "the other way round", ") (", "NOTHING", UNMATCHED("1") },

	{ "nothing", "", "NOTHING", NULL },
	{ "blanks", " \t\xc2\xa0\xe3\x80\x80" RLM "\x01", "NOTHING", NULL },
	{ "only signs", "... !? ---", "NOTHING", NO_WORD },
	{ "wide blanks",
	  "a\xe3\x80\x80-b\xc2\xa0OR\xc2\xa0"
	  "c",
	  "OR(AND(WORD(a) NOT(WORD(b))) WORD(c))", NULL },
	{ "control characters",
	  "a\x01-b\x7f"
	  "c\xc2\x85OR\x1b"
	  "d",
	  "OR(AND(WORD(a) NOT(WORD(b)) WORD(c)) WORD(d))", NULL },
	{ "marks of direction",
	  BOM "a " RLM "OR" PDI " " RLE "-" RLM "b" PDI " " RLM "NOT" RLM " c",
	  "OR(WORD(a) AND(NOT(WORD(b)) NOT(WORD(c))))", NULL },
	{ "marks around near", "a " RLM "near/3" RLM " b*" RLM,
	  "NEAR/3(WORD(a) PREFIX(b))", NULL },
	{ "marks around fields",
	  RLM "tag" RLM ":" RLM "x" RLM " " RLE "title:" RLM "(" RLM "y" RLM
	      ")" RLM,
	  "AND(FIELD(tag x) title:WORD(y))", NULL },
	{ "marks before a star", "a" RLM "*", "PREFIX(a)", NULL },
	{ "marks are characters", RLM "a )", "WORD(a)", UNMATCHED("4") },
	{ "foreign bytes",
	  "\xff\xfe"
	  "a\xc3 \xe2\x80",
	  "WORD(a)", NULL },
	{ "foreign bytes within",
	  "a\xff"
	  "b",
	  "PHRASE(WORD(a) WORD(b))", NULL },
	{ "only foreign bytes", "\xff\xc0\x80", "NOTHING", NO_WORD },
	{ "foreign bytes are characters", "\xff\xc3 )", "NOTHING",
	  UNMATCHED("4") },
	{ "half a blank", "a \xe3\x80", "WORD(a)", NULL },
};

/* The tree as text, NUL behind it; `notice` is a copy likewise. */
static void read_query(struct buf *tree, struct buf *notice, const void *text,
                       size_t len)
{
	struct query q;

	assert_int_equal(query_parse(&q, text, len, NULL), 0);
	query_check(&q);
	buf_clear(tree);
	query_print(tree, &q);
	buf_u8(tree, 0);
	buf_clear(notice);
	if (q.notice)
		buf_text(notice, q.notice);
	buf_u8(notice, 0);
	assert_true(buf_ok(tree) && buf_ok(notice));
	query_done(&q);
	assert_null(q.root);
}

static void queries_are_read_as_the_table_says(void **state)
{
	struct buf tree = { 0 }, notice = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *want = rows[i].notice ? rows[i].notice : "";

		read_query(&tree, &notice, rows[i].text, strlen(rows[i].text));
		if (strcmp((const char *)tree.ptr, rows[i].tree) != 0 ||
		    strcmp((const char *)notice.ptr, want) != 0)
			fail_msg("'%s': '%s' gives\n%s\n(%s), not\n%s\n(%s)",
			         rows[i].rule, rows[i].text,
			         (const char *)tree.ptr,
			         (const char *)notice.ptr, rows[i].tree, want);
	}
	buf_done(&tree);
	buf_done(&notice);
}

static void no_beginning_of_a_query_is_read_out_of_bounds(void **state)
{
	struct buf tree = { 0 }, notice = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t len = 0; len <= strlen(rows[i].text); len++) {
			/* Exactly as large, so that a sanitizer sees it. */
			char *exact = alloc_bytes(len);

			memcpy(exact, rows[i].text, len);
			read_query(&tree, &notice, exact, len);
			alloc_free(exact);
		}
	buf_done(&tree);
	buf_done(&notice);
}

static void what_was_typed_is_kept_for_messages(void **state)
{
	static const char text[] = "\xc3\x89T\xc3\x89! Foo\0Bar*";
	struct query q;

	(void)state;
	assert_int_equal(query_parse(&q, text, sizeof(text) - 1, NULL), 0);
	assert_int_equal(q.root->kind, QUERY_AND);
	assert_int_equal(q.root->child_count, 3);
	assert_string_equal(q.root->child[0]->typed, "\xc3\x89T\xc3\x89");
	assert_string_equal(q.root->child[1]->typed, "Foo");
	assert_string_equal(q.root->child[2]->typed, "Bar");
	assert_int_equal(q.root->child[2]->kind, QUERY_PREFIX);
	query_done(&q);
}

static void a_zero_byte_in_a_date_hides_nothing(void **state)
{
	struct buf tree = { 0 }, notice = { 0 };

	(void)state;
	read_query(&tree, &notice, "date:\"2024\0x\"", 13);
	assert_string_equal(tree.ptr, "PHRASE(WORD(2024) WORD(x))");
	assert_string_equal(notice.ptr, NO_DATE("1"));
	buf_done(&tree);
	buf_done(&notice);
}

static void neighbours_of_near_share_what_is_between_them(void **state)
{
	static const char text[] = "a near/1 b near/2 c";
	struct query q;

	(void)state;
	assert_int_equal(query_parse(&q, text, strlen(text), NULL), 0);
	assert_ptr_equal(q.root->child[0]->child[1],
	                 q.root->child[1]->child[0]);
	query_done(&q);
}

static size_t count_words(const struct buf *tree)
{
	size_t count = 0;

	for (const char *s = (const char *)tree->ptr;
	     (s = strstr(s, "WORD(")) != NULL; s++)
		count++;
	return count;
}

static void the_rest_of_many_words_is_left_out(void **state)
{
	static const char *const joints[] = { " ",  " OR ", "-",
		                              " -", "|-",   "\" \"" };
	struct buf text = { 0 }, tree = { 0 }, notice = { 0 };
	char want[80];

	(void)state;
	for (size_t k = 0; k < sizeof(joints) / sizeof(*joints); k++) {
		buf_clear(&text);
		for (size_t i = 0; i < 10000; i++)
			buf_printf(&text, "%sw%zu", i ? joints[k] : "", i);
		assert_true(buf_ok(&text));
		read_query(&tree, &notice, text.ptr, text.len);
		(void)snprintf(want, sizeof(want),
		               "only the first %zu words are used",
		               count_words(&tree));
		assert_string_equal(notice.ptr, want);
		assert_true(count_words(&tree) > QUERY_NODES_MAX / 3);
		assert_non_null(strstr((const char *)tree.ptr, "(w0)"));
		assert_null(strstr((const char *)tree.ptr, "(w9999)"));
	}
	buf_done(&text);
	buf_done(&tree);
	buf_done(&notice);
}

/* `count` times `piece`, then `end`. */
static void read_repeated(struct buf *tree, struct buf *notice,
                          const char *piece, size_t count, const char *end)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < count; i++)
		buf_text(&text, piece);
	buf_text(&text, end);
	assert_true(buf_ok(&text));
	read_query(tree, notice, text.ptr, text.len);
	buf_done(&text);
}

/* Each would take minutes, or the stack, if it were not linear and flat. */
static void a_megabyte_is_read_at_once(void **state)
{
	static const struct {
		const char *piece, *end, *tree;
	} million[] = {
		{ " ", "a", "WORD(a)" },
		{ "a ", "", "WORD(a)" },
		{ "-", "a", "WORD(a)" },
		{ "- ", "a", "WORD(a)" },
		{ "+", "a", "WORD(a)" },
		{ "-" RLM, "a", "WORD(a)" },
		{ RLM, "-a", "NOT(WORD(a))" },
		{ "\"", "a", "WORD(a)" },
		{ "\"\" ", "a", "WORD(a)" },
		{ "(", "a", "WORD(a)" },
		{ ")", "a", "WORD(a)" },
		{ "()", "a", "WORD(a)" },
		{ "-(", "a", "WORD(a)" },
		{ "title:(", "a", "title:WORD(a)" },
		{ "title:", "a", NULL },
		{ "title: ", "a", "WORD(title)" }, /* repeated ones count */
		{ "title" RLM, "a", NULL },
		{ "tag:\"\"", "a", NULL },
		{ "*", "a", "WORD(a)" },
		{ "* ", "a", "WORD(a)" },
		{ "|", "a", "WORD(a)" },
		{ "| ", "a", "WORD(a)" },
		{ "OR ", "a", "WORD(a)" },
		{ "AND ", "a", "WORD(a)" },
		{ "NOT ", "a", "WORD(a)" },
		{ "NOT ", "", "NOTHING" },
		{ "near ", "a", "WORD(a)" },
		{ "a near ", "a", NULL },
		{ "(a b) ", "", "AND(WORD(a) WORD(b))" },
		{ "a OR (", "a", NULL },
		{ "a ((", "b))", NULL },
		{ "-(a b OR c ", "", NULL },
		{ "date:x ", "", NULL },
		{ "\xff", "a", "WORD(a)" },
		{ "a-", "a", NULL },
		{ "a", "", NULL },
	};
	struct buf tree = { 0 }, notice = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(million) / sizeof(*million); i++) {
		read_repeated(&tree, &notice, million[i].piece,
		              1000000 / strlen(million[i].piece) / 2 * 2,
		              million[i].end);
		if (million[i].tree &&
		    strcmp((const char *)tree.ptr, million[i].tree) != 0 &&
		    strcmp((const char *)tree.ptr, "exact:WORD(a)") != 0)
			fail_msg("'%s...%s' gives %.300s", million[i].piece,
			         million[i].end, (const char *)tree.ptr);
	}
	buf_done(&tree);
	buf_done(&notice);
}

static void parentheses_that_are_too_deep_are_left_out(void **state)
{
	struct buf tree = { 0 }, notice = { 0 };

	(void)state;
	read_repeated(&tree, &notice, "(a OR ", QUERY_DEPTH_MAX, "b");
	assert_string_equal(notice.ptr, OPEN_PAREN("1"));
	read_repeated(&tree, &notice, "(", QUERY_DEPTH_MAX,
	              "(a OR b) c)"); /* the last one closes one of them */
	assert_string_equal(tree.ptr, "OR(WORD(a) AND(WORD(b) WORD(c)))");
	assert_string_equal(notice.ptr, OPEN_PAREN("1"));
	read_repeated(&tree, &notice, "(", QUERY_DEPTH_MAX,
	              "(a OR -(b)) title:(c)"
	              "))))))))))))))))))))))))))))))))" /* 32 */
	              "))))))))))))))))))))))))))))))))");
	assert_string_equal(tree.ptr, "OR(WORD(a) AND(NOT(WORD(b)) WORD(c)))");
	assert_string_equal(notice.ptr, "the parenthesis at character 65 is "
	                                "too deep and was left out");
	buf_done(&tree);
	buf_done(&notice);
}

static void a_failed_allocation_leaves_an_empty_query(void **state)
{
	struct buf text = { 0 };
	struct fiche_error err;
	unsigned long fired;
	struct query q;
	long n;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		buf_printf(&text, "(%s) \"%s\" | tag:\"x%zu\" ", rows[i].text,
		           rows[i].text, i);
	buf_text(&text, "date:x OR near )");
	assert_true(buf_ok(&text));
	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (n = 0;; n++) {
			int r;

			memset(&q, 0x55, sizeof(q));
			alloc_fail_after(n, for_ever);
			r = query_parse(&q, (const char *)text.ptr, text.len,
			                &err);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (fired == 0) {
				assert_int_equal(r, 0);
				query_check(&q);
				query_done(&q);
				break;
			}
			assert_int_equal(r, FICHE_ERR_NOMEM);
			assert_int_equal(err.code, FICHE_ERR_NOMEM);
			assert_null(q.root);
			assert_null(q.notice);
			assert_null(q.arena.first);
		}
	assert_true(n > 3);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_read_as_the_table_says),
		cmocka_unit_test(no_beginning_of_a_query_is_read_out_of_bounds),
		cmocka_unit_test(what_was_typed_is_kept_for_messages),
		cmocka_unit_test(a_zero_byte_in_a_date_hides_nothing),
		cmocka_unit_test(neighbours_of_near_share_what_is_between_them),
		cmocka_unit_test(the_rest_of_many_words_is_left_out),
		cmocka_unit_test(a_megabyte_is_read_at_once),
		cmocka_unit_test(parentheses_that_are_too_deep_are_left_out),
		cmocka_unit_test(a_failed_allocation_leaves_an_empty_query),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
