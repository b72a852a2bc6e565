/* SPDX-License-Identifier: Apache-2.0 */
/* test_readable.c - page/readable: the article, the whole of it, and nothing
 * else. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "page/html.h"
#include "page/page.h"
#include "page/readable.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* Three paragraphs of a story. */
#define ONE                                                                    \
	"The old bridge over the Wend was closed on Tuesday, after divers "    \
	"had found cracks in two of its seven piers, the town said."
#define TWO                                                                    \
	"Lorries have to take the long way through Harrow Mill, which adds "   \
	"about forty minutes, and the school bus leaves half an hour early."
#define THREE                                                                    \
	"“Nobody can say today when it opens again,” the engineer told the " \
	"council, and asked for money to look at the other five."
#define STORY "<p>" ONE "</p><p>" TWO "</p><p>" THREE "</p>"
#define TEXT  ONE "\n\n" TWO "\n\n" THREE

struct row {
	const char *page, *text;
};

static void check_hint(const char *page, const char *hint, const char *text)
{
	struct fiche_text told = { hint, strlen(hint) };
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct html h;

	assert_int_equal(html_parse(&h, &arena, page, strlen(page), NULL), 0);
	assert_int_equal(readable_put(&out, &h, told, NULL), 0);
	buf_u8(&out, '\0');
	assert_string_equal((char *)out.ptr, text);
	buf_done(&out);
	arena_done(&arena);
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_hint(rows[i].page, "", rows[i].text);
}

static void the_article_is_found_between_menus_and_footers(void **state)
{
	static const struct row rows[] = {
		{ "<body><ul><li><a href=/>Home</a><li><a href=/s>Sport</a>"
		  "<li><a href=/c>Culture and arts</a></ul>"
		  "<div>" STORY "</div>"
		  "<div>Imprint, privacy, terms of use</div>",
		  TEXT },
		{ "<nav><p>" ONE "</nav><main>" STORY "</main>"
		  "<footer><p>" TWO "</footer>",
		  TEXT },
		/* Old pages: tables. */
		{ "<table><tr><td><a href=/>Home</a><br><a href=/s>Sport</a>"
		  "<td>" STORY "<td><a href=/w>Weather in town</a></table>",
		  TEXT },
		/* Interrupted, in boxes of their own. */
		{ "<div><div><p>" ONE "</div><div class=ad>Buy a boat, now, "
		  "while the bridge is closed: great offers, every day, only "
		  "here, only now</div><div><p>" TWO "<p>" THREE "</div></div>",
		  TEXT },
		/* Without paragraphs. */
		{ "<div>" ONE "<br><br>" TWO "<br>\n<br/>" THREE "</div>"
		  "<div><a href=/>More</a></div>",
		  TEXT },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void what_is_named_as_furniture_is_left_out(void **state)
{
	static const char *const furniture[] = {
		"<div class='article-comments'><p>" ONE "</div>",
		"<div id=relatedLinks><p>" ONE "</div>",
		"<p class=caption>" ONE,
		"<div class='m-cookie-note'>" ONE "</div>",
		"<section class=newsletter><p>" ONE "</section>",
		"<aside><p>" ONE "</aside>",
		"<figure><figcaption>" ONE "</figcaption></figure>",
		"<div hidden><p>" ONE "</div>",
		"<div style='display:none'><p>" ONE "</div>",
		"<div role=complementary><p>" ONE "</div>",
		"<button>" ONE "</button>",
		"<script>" ONE "</script><style>" ONE "</style>",
		"<div class=authorBio>" ONE "</div>",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(furniture); i++) {
		struct buf page = { 0 };

		buf_text(&page, "<article>" STORY);
		buf_text(&page, furniture[i]);
		buf_text(&page, "</article>");
		buf_u8(&page, '\0');
		check_hint((const char *)page.ptr, "", TEXT);
		buf_done(&page);
	}
}

static void names_are_not_believed_blindly(void **state)
{
	static const struct row rows[] = {
		{ "<body class='has-sidebar no-comments'><div>" STORY "</div>",
		  TEXT },
		{ "<div class='story print:hidden js-share'>" STORY "</div>",
		  TEXT },
		{ "<div class=commentary>" STORY "</div>", TEXT },
		/* All of the prose there is. */
		{ "<div class=sidebar-layout><div>" STORY "</div></div>",
		  TEXT },
		{ "<div class=comments>" STORY "</div>", TEXT },
		{ "<div><div class=gallery><p>" ONE "</div><div class=gallery>"
		  "<p>" TWO "</div><div class=gallery><p>" THREE "</div></div>",
		  TEXT },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#define CARD(title)                                                            \
	"<div><h3><a href=/x>" title "</a></h3><p>Somebody did something "     \
	"somewhere, and many were there to see it, we are told.</div>"

static void other_articles_are_not_this_one(void **state)
{
	static const struct row rows[] = {
		{ "<div><div>" STORY "</div><div>" CARD("Mayor to leave")
		          CARD("Rain until Friday") CARD("Choir wins a prize")
		                  CARD("Mill for sale") "</div></div>",
		  TEXT },
		/* More of them, whole, below. */
		{ "<div><article>" STORY "</article><article><p>" TWO "<p>" TWO
		  "</article><article><p>" ONE "<p>" TWO "</article></div>",
		  TEXT },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void headline_and_labels_around_the_text_are_trimmed(void **state)
{
	static const struct row rows[] = {
		{ "<title>Bridge closed - Wend Post</title><article>"
		  "<div>Local</div><h2>Bridge closed</h2><div>12 "
		  "May</div>" STORY
		  "<h3>Comments</h3><div>Share</div></article>",
		  TEXT },
		{ "<article><h1>Bridge closed</h1>" STORY
		  "<p>Subscribe to our newsletter.<p>Follow us on Twitter"
		  "</article>",
		  TEXT },
		{ "<article><p>" ONE "<p>Advertisement<p>" TWO
		  "<p><a href=/y>Mayor to leave, and other news of the week"
		  "</a><p>" THREE "</article>",
		  TEXT },
		/* Headings, items and quotes of the text stay. */
		{ "<article><p>" ONE "<h2>The long way</h2><p>" TWO
		  "<ul><li>Line 4<li>Line 7</ul><p>" THREE "</article>",
		  ONE "\n\nThe long way\n\n" TWO
		      "\n\nLine 4\n\nLine 7\n\n" THREE },
		{ "<article><p>" ONE "<p>* * *<p>" TWO "<p>* * *<p>" THREE
		  "<p>* * *<p>The mayor wrote that on Twitter.</article>",
		  ONE "\n\n* * *\n\n" TWO "\n\n* * *\n\n" THREE
		      "\n\n* * *\n\nThe mayor wrote that on Twitter." },
		{ "<article><p>The <a class=tag href=/b>bridge</a> of <span "
		  "class=author>Anna Wend</span> is closed, for how long "
		  "nobody knows, says the town.<p>" ONE "</article>",
		  "The bridge of Anna Wend is closed, for how long nobody "
		  "knows, says the town.\n\n" ONE },
		{ "<article><p>" ONE "<p>“Never!”<p>" TWO "</article>",
		  ONE "\n\n“Never!”\n\n" TWO },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void scripts_without_blanks_are_prose_too(void **state)
{
	static const char text[] =
		"市议会今天讨论了跨河新桥的建设，居民们已经等了十年。\n\n"
		"工程将于春天开始，建设部门负责人说，费用还不知道。";
	static const char page[] =
		"<body><div><a href=/>首页</a><a href=/s>体育</a></div><div>"
		"<p>\u3000\u3000市议会今天讨论了跨河新桥的建设，居民们已经等了"
		"十年。<p>\u3000\u3000工程将于春天开始，建设部门负责人说，费用"
		"还不知道。</div><ul><li><a href=/x>磨坊出售</a></ul>";

	(void)state;
	check_hint(page, "", text);
}

static void little_is_better_than_nothing(void **state)
{
	static const struct row rows[] = {
		{ "", "" },
		{ "<p></p>", "" },
		{ "<script>x</script>", "" },
		{ "just words", "just words" },
		{ "<p>It rained.", "It rained." },
		{ "<p>Old bridge,<br>grey stones,<br>no one<p>The river<br>"
		  "goes on",
		  "Old bridge,\ngrey stones,\nno one\n\nThe river\ngoes on" },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

static void a_hint_that_is_on_the_page_tells_where(void **state)
{
	/* Prose of another kind below the story. */
	static const char page[] =
		"<div><div><p>" ONE "<p>" TWO "<p>" THREE "</div><div><p>"
		"Anna has lived at the river for sixty years, and she has seen "
		"it all, the floods, the ice, the first cars, the last ferry."
		"<p>Her father built boats, her mother sold fish, and nobody "
		"in the house could swim, as she likes to tell her guests."
		"</div></div>";

	(void)state;
	check_hint(page, ONE " " TWO " " THREE, TEXT);
	/* What is cut short, or but an abstract, tells nothing. */
	check_hint("<article>" STORY "</article>", ONE " " TWO "...", TEXT);
	check_hint("<article>" STORY "</article>", "In short.", TEXT);
}

static void a_hint_that_is_not_on_the_page_is_the_text(void **state)
{
	(void)state;
	check_hint("<div id=app></div><p>Please turn on scripts.",
	           ONE "\r\n\n" TWO "\n" THREE "\n \nà\n", TEXT "\n\nà");
}

static void all_text_of_a_piece_of_html_is_kept(void **state)
{
	static const struct row rows[] = {
		{ "a &amp; b", "a & b" },
		{ "<p>one</p>\n<p>two<br>three</p>", "one\n\ntwo\nthree" },
		{ "one<div>two</div>three", "one\n\ntwo\n\nthree" },
		{ "<ul><li>a<li>b</ul>c", "a\n\nb\n\nc" },
		{ " a \n\t b&nbsp;c ", "a b c" },
		{ "a<br><br><br>b", "a\n\nb" },
		{ "<pre>a\n  b\n\nc</pre>", "a\nb\n\nc" },
		{ "<style>x</style><script>y</script>z", "z" },
		{ "<nav>menu</nav><a href=x>link</a>", "menu\n\nlink" },
		{ "<b>a</b><i>b</i> <i>c</i>", "ab c" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf out = { 0 };

		assert_int_equal(page_html_text(&out, rows[i].page,
		                                strlen(rows[i].page), NULL),
		                 0);
		buf_u8(&out, '\0');
		assert_string_equal((char *)out.ptr, rows[i].text);
		buf_done(&out);
	}
}

static void hostile_pages_give_no_more_than_they_have(void **state)
{
	static const char *const pieces[] = {
		"<div>a",      "<p>a</p>",
		"<b><p>a</b>", "<a>a<div>",
		"<br>a",       "<h2><a>abc</a></h2>x",
		"<pre>\n",     "<p class='ad a'>a",
		"<td>a",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct buf page = { 0 }, out = { 0 };
		struct arena arena = { 0 };
		struct fiche_text hint;
		struct html h;

		for (size_t n = 0; n < 30000; n++)
			buf_text(&page, pieces[i]);
		hint.ptr = (const char *)page.ptr;
		hint.len = page.len;
		assert_int_equal(
			html_parse(&h, &arena, hint.ptr, hint.len, NULL), 0);
		assert_int_equal(readable_put(&out, &h, hint, NULL), 0);
		assert_true(out.len <= 3 * page.len);
		assert_true(utf8_is_valid((const char *)out.ptr, out.len));
		buf_done(&out);
		buf_done(&page);
		arena_done(&arena);
	}
}

static void running_out_of_memory_is_reported(void **state)
{
	static const char page[] = "<title>T</title><div>" STORY "</div>";
	static const char told[] = ONE TWO "Something that is not there.";
	const struct fiche_text hint = { told, strlen(told) };
	struct arena arena = { 0 };
	struct html h;
	int r = -1;

	(void)state;
	assert_int_equal(html_parse(&h, &arena, page, strlen(page), NULL), 0);
	for (long n = 0; r < 0 && n < 200; n++) {
		struct buf out = { 0 };

		alloc_fail_after(n, true);
		r = readable_put(&out, &h, hint, NULL);
		alloc_fail_after(-1, false);
		if (r < 0)
			assert_int_equal(r, FICHE_ERR_NOMEM);
		buf_done(&out);
	}
	assert_int_equal(r, 0);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_article_is_found_between_menus_and_footers),
		cmocka_unit_test(what_is_named_as_furniture_is_left_out),
		cmocka_unit_test(names_are_not_believed_blindly),
		cmocka_unit_test(other_articles_are_not_this_one),
		cmocka_unit_test(
			headline_and_labels_around_the_text_are_trimmed),
		cmocka_unit_test(scripts_without_blanks_are_prose_too),
		cmocka_unit_test(little_is_better_than_nothing),
		cmocka_unit_test(a_hint_that_is_on_the_page_tells_where),
		cmocka_unit_test(a_hint_that_is_not_on_the_page_is_the_text),
		cmocka_unit_test(all_text_of_a_piece_of_html_is_kept),
		cmocka_unit_test(hostile_pages_give_no_more_than_they_have),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
