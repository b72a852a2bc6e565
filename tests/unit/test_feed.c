/* SPDX-License-Identifier: Apache-2.0 */
/* test_feed.c - RSS, Atom and other XML become pages with facts and text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/import_case.h"

static const char rss[] =
	"<?xml version=\"1.0\"?>\n"
	"<rss version=\"2.0\"><channel><title>The Feed</title>"
	"<link>https://a.example/</link><language>en-GB</language>\n"
	"<item><title>A &amp;amp; B</title><link>/news/1</link>"
	"<guid isPermaLink=\"false\">n1</guid>"
	"<pubDate>Fri, 01 Mar 2024 12:00:00 GMT</pubDate>"
	"<dc:creator>Ada Lind</dc:creator>"
	"<author>x@a.example (Bo Berg)</author>"
	"<category>Roads</category><category>Rain</category>"
	"<description>Short.</description>"
	"<content:encoded><![CDATA[<p>One&nbsp;long.</p><p>Two.</p>]]>"
	"</content:encoded></item>\n"
	"<item><title>C</title><link>https://a.example/2</link>"
	"<description>&lt;b&gt;Bold&lt;/b&gt; text</description></item>\n"
	"</channel></rss>\n";

static void each_item_of_rss_is_a_page(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a", rss);
	assert_count(c, 2);
	assert_has(c, 0, "\"type\":\"application/rss+xml\"");
	assert_has(c, 0, "\"url\":\"https://a.example/news/1\"");
	assert_has(c, 0, "\"id\":\"n1\"");
	assert_has(c, 0, "\"title\":\"A & B\"");
	assert_has(c, 0, "\"published\":\"Fri, 01 Mar 2024 12:00:00 GMT\"");
	assert_has(c, 0, "\"authors\":[\"Ada Lind\",\"Bo Berg\"]");
	assert_has(c, 0, "\"tags\":[\"Roads\",\"Rain\"]");
	assert_has(c, 0, "\"site_name\":\"The Feed\"");
	assert_has(c, 0, "\"language\":\"en-GB\"");
	assert_has(c, 0, "\"summary\":\"Short.\"");
	assert_text(c, 0, "One long.\n\nTwo.");
	assert_bytes(c, 1,
	             "<item><title>C</title><link>https://a.example/2</link>"
	             "<description>&lt;b&gt;Bold&lt;/b&gt; text</description>"
	             "</item>");
	assert_text(c, 1, "Bold text");
	assert_int_equal(c->writer.records[1].line, 4);
	assert_quiet(c);
}

static void each_entry_of_atom_is_a_page(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a",
	            "<!-- x --><feed xmlns=\"http://www.w3.org/2005/Atom\" "
	            "xml:lang=\"de\"><title>Der Feed</title>"
	            "<link rel=\"self\" href=\"https://a.example/feed\"/>"
	            "<link href=\"https://a.example/\"/>"
	            "<entry><id>tag:a,1</id><title type=\"html\">T &lt;i&gt;x"
	            "&lt;/i&gt;</title>"
	            "<link rel=\"edit\" href=\"/edit\"/><link href=\"1.html\"/>"
	            "<author><name>Ada</name><uri>u</uri></author>"
	            "<category term=\"t\" label=\"Tee\"/>"
	            "<published>2024-03-01T00:00:00Z</published>"
	            "<updated>2024-03-02</updated>"
	            "<content type=\"xhtml\"><div><p>Eins &lt; zwei</p><p>Drei"
	            "</p></div></content></entry></feed>");
	assert_count(c, 1);
	assert_has(c, 0, "\"type\":\"application/atom+xml\"");
	assert_has(c, 0, "\"url\":\"https://a.example/1.html\"");
	assert_has(c, 0, "\"id\":\"tag:a,1\"");
	assert_has(c, 0, "\"title\":\"T x\"");
	assert_has(c, 0, "\"authors\":[\"Ada\"]");
	assert_has(c, 0, "\"tags\":[\"Tee\"]");
	assert_has(c, 0, "\"modified\":\"2024-03-02\"");
	assert_has(c, 0, "\"language\":\"de\"");
	assert_text(c, 0, "Eins < zwei\n\nDrei");
	assert_quiet(c);
}

static void older_and_other_forms_are_read(void **state)
{
	struct import_case *c = *state;

	import_text(c, "rdf",
	            "<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\">"
	            "<channel><title>F</title></channel>"
	            "<item rdf:about=\"https://a.example/1\"><title>A</title>"
	            "<dc:date>2004-03-01</dc:date></item></rdf:RDF>");
	assert_count(c, 1);
	assert_has(c, 0, "\"url\":\"https://a.example/1\"");
	assert_has(c, 0, "\"published\":\"2004-03-01\"");
	assert_text(c, 0, "A");

	import_text(c, "sitemap",
	            "<urlset xmlns:news=\"http://www.google.com/schemas/"
	            "sitemap-news/0.9\"><url><loc>https://a.example/1</loc>"
	            "<news:news><news:publication><news:name>P</news:name>"
	            "<news:language>fi</news:language></news:publication>"
	            "<news:publication_date>2024-01-02</news:publication_date>"
	            "<news:title>T</news:title></news:news></url></urlset>");
	assert_count(c, 1);
	assert_has(c, 0, "\"title\":\"T\"");
	assert_has(c, 0, "\"site_name\":\"P\"");
	assert_has(c, 0, "\"language\":\"fi\"");

	import_text(c, "scrapy",
	            "<?xml version=\"1.0\"?><items><item><title>A</title>"
	            "<authors><value>Ada</value><value>Bo</value></authors>"
	            "<maintext>Long &amp; wide</maintext></item></items>");
	assert_count(c, 1);
	assert_has(c, 0, "\"authors\":[\"Ada\",\"Bo\"]");
	assert_text(c, 0, "Long & wide");

	import_text(c, "doc",
	            "<doc sitename=\"S\" title=\"A\" author=\"Ada; Bo\" "
	            "date=\"2024-01-02\" source=\"https://a.example/1\">"
	            "<main><head rend=\"h2\">H</head><p>One <hi>two</hi>.</p>"
	            "<p>Three</p></main><comments><p>no</p></comments></doc>");
	assert_count(c, 1);
	assert_has(c, 0, "\"authors\":[\"Ada\",\"Bo\"]");
	assert_has(c, 0, "\"url\":\"https://a.example/1\"");
	assert_text(c, 0, "H\n\nOne two.\n\nThree");

	import_text(c, "tei",
	            "<TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader>"
	            "<title>A</title><author>Ada</author></teiHeader><text>"
	            "<body><p>One</p>\n<p>Two</p></body></text></TEI>");
	assert_count(c, 1);
	assert_has(c, 0, "\"title\":\"A\"");
	assert_text(c, 0, "One\n\nTwo");
}

static void other_xml_stays_a_file(void **state)
{
	static const char *const texts[] = {
		"<?xml version='1.0'?><note/>",
		"<?xml version='1.0'?><urlset><url/></urlset>",
		"<?xml version='1.0'?><rss/>",
		"<?xml version='1.0'?><!-- <rss><channel>",
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		import_text(c, "a.xml", texts[i]);
		assert_count(c, 1);
		assert_bytes(c, 0, texts[i]);
	}
}

static void what_stands_before_an_error_is_kept(void **state)
{
	struct import_case *c = *state;
	char text[sizeof(rss) + 100];

	memcpy(text, rss, sizeof(rss));
	memcpy(strstr(text, "C</title>"), "C</x>", 5);
	import_text(c, "a", text);
	assert_count(c, 1);
	assert_said(c, "W a: line 4: mismatched tag: what follows is lost");
	assert_int_equal(c->stats.inputs_failed, 1);
	assert_every_cut(c, "a", rss, sizeof(rss) - 1);
}

static void entities_are_refused_or_left_to_html(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a",
	            "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaa\"><!ENTITY b "
	            "\"&a;&a;&a;&a;\">]><rss><channel><item><title>&b;"
	            "</title></item></channel></rss>");
	assert_count(c, 0);
	assert_said(c, "line 1: declares entities, which are not read");
	import_text(c, "a",
	            "<!DOCTYPE rss PUBLIC \"-//X//DTD\" \"http://x/y.dtd\">"
	            "<rss><channel><item><title>Caf&eacute;&nbsp;B</title>"
	            "<link>https://a.example/1</link></item></channel></rss>");
	assert_count(c, 1);
	assert_has(c, 0, "\"title\":\"Caf\xc3\xa9 B\"");
}

static void encodings_are_undone_and_bytes_kept(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a",
	            "<?xml version=\"1.0\" encoding=\"windows-1251\"?><rss>"
	            "<channel><item><title>\xcc\xe8\xf0</title></item>"
	            "</channel></rss>");
	assert_count(c, 1);
	assert_bytes(c, 0, "<item><title>\xcc\xe8\xf0</title></item>");
	assert_has(c, 0, "\"title\":\"\xd0\x9c\xd0\xb8\xd1\x80\"");
	import_text(c, "a",
	            "<?xml version=\"1.0\" encoding=\"gb2312\"?><rss>"
	            "<channel><item><title>\xc4\xe3\xba\xc3</title></item>"
	            "</channel></rss>");
	assert_count(c, 1);
	assert_has(c, 0, "\"title\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"");
	import_text(c, "a",
	            "<?xml version=\"1.0\" encoding=\"x-none\"?><rss>"
	            "<channel><item/></channel></rss>");
	assert_count(c, 0);
	assert_said(c, "unknown encoding");
}

static void an_item_too_long_is_told_and_the_next_is_read(void **state)
{
	struct import_case *c = *state;
	size_t big = 1000000;
	char *text = malloc(big + 400), *at = text;

	assert_non_null(text);
	c->opt.record_max = 5000;
	at += sprintf(at, "<rss><channel><item><title>A</title></item>\n<item>"
	                  "<description>");
	memset(at, 'x', big);
	at += big;
	at += sprintf(at, "</description></item>\n<item><title>B</title>"
	                  "</item></channel></rss>");
	import_bytes(c, "a", text, (size_t)(at - text));
	assert_count(c, 2);
	assert_has(c, 1, "\"title\":\"B\"");
	assert_said(c, "W a:2: longer than 5000 bytes: left out");
	free(text);
}

static void depth_and_size_of_tags_are_bounded(void **state)
{
	struct import_case *c = *state;
	size_t n = 20000000, i;
	char *text = malloc(n);

	assert_non_null(text);
	i = (size_t)sprintf(text, "<rss><channel>");
	memset(text + i, 'x', n - i);
	for (size_t k = 0; k < 1000; k++)
		memcpy(text + i + 3 * k, "<a>", 3);
	import_bytes(c, "a", text, 4000);
	assert_said(c, "nested deeper than 256");
	memset(text + i, 'x', n - i);
	memcpy(text + i, "<a b=\"", 6);
	import_bytes(c, "a", text, n);
	assert_said(c, "a tag of more than 8 MiB");
	free(text);
}

static void every_failing_allocation_is_survived(void **state)
{
	struct import_case *c = *state;

	assert_every_allocation(c, "a", rss, sizeof(rss) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(each_item_of_rss_is_a_page),
		IMPORT_TEST(each_entry_of_atom_is_a_page),
		IMPORT_TEST(older_and_other_forms_are_read),
		IMPORT_TEST(other_xml_stays_a_file),
		IMPORT_TEST(what_stands_before_an_error_is_kept),
		IMPORT_TEST(entities_are_refused_or_left_to_html),
		IMPORT_TEST(encodings_are_undone_and_bytes_kept),
		IMPORT_TEST(an_item_too_long_is_told_and_the_next_is_read),
		IMPORT_TEST(depth_and_size_of_tags_are_bounded),
		IMPORT_TEST(every_failing_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
