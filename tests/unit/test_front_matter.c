/* SPDX-License-Identifier: Apache-2.0 */
/* test_front_matter.c - heads of texts become facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/import_case.h"

static const char yaml[] = "---\n"
			   "title: \"Rain: again\" # comment\n"
			   "date: 2024-03-01T10:00:00+02:00\n"
			   "authors:\n  - Ada Lind\n  - name: 'Bo ''B'' Berg'\n"
			   "    mail: x\n"
			   "tags: [roads, \"rain, snow\"]\n"
			   "description: >\n  Two lines\n  folded.\n"
			   "url: /posts/rain/\n"
			   "lang: sv\n"
			   "nested:\n  title: no\n"
			   "---\n\n# Rain\n\nIt rains.\n";

static void yaml_is_read(void **state)
{
	struct import_case *c = *state;

	import_text(c, "rain.md", yaml);
	assert_count(c, 1);
	assert_bytes(c, 0, yaml);
	assert_has(c, 0, "\"type\":\"text/markdown\"");
	assert_has(c, 0, "\"title\":\"Rain: again\"");
	assert_has(c, 0, "\"published\":\"2024-03-01T10:00:00+02:00\"");
	assert_has(c, 0, "\"authors\":[\"Ada Lind\",\"Bo 'B' Berg\"]");
	assert_has(c, 0, "\"tags\":[\"roads\",\"rain, snow\"]");
	assert_has(c, 0, "\"summary\":\"Two lines folded.\"");
	assert_has(c, 0, "\"language\":\"sv\"");
	assert_null(strstr(c->writer.records[0].card, "\"url\""));
	assert_text(c, 0, "# Rain\n\nIt rains.");
}

static void toml_is_read(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.md",
	            "\xef\xbb\xbf+++\r\ntitle = 'A'\r\ndate = 2024-03-01\r\n"
	            "author = \"Ada \\\"L\\\"\"\r\ntags = [\r\n  \"x\",\r\n  "
	            "\"y\"\r\n]\r\n[params]\r\ntitle = \"no\"\r\n+++\r\n"
	            "Text.\r\n");
	assert_count(c, 1);
	assert_has(c, 0, "\"title\":\"A\"");
	assert_has(c, 0, "\"published\":\"2024-03-01\"");
	assert_has(c, 0, "\"authors\":[\"Ada \\\"L\\\"\"]");
	assert_has(c, 0, "\"tags\":[\"x\",\"y\"]");
	assert_text(c, 0, "Text.");
}

static void rulers_are_no_head(void **state)
{
	static const char *const texts[] = {
		"---\nA ruler above: and below\n---\nText\n",
		"---\ntitle: never closed\nText\n",
		"----\ntitle: x\n----\n",
		"--- \n",
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		import_text(c, "a.txt", texts[i]);
		assert_count(c, 1);
		assert_has(c, 0, "\"type\":\"text/plain\"");
	}
}

static void a_head_cut_anywhere_is_survived(void **state)
{
	struct import_case *c = *state;

	assert_every_cut(c, "a.md", yaml, sizeof(yaml) - 1);
	assert_every_allocation(c, "a.md", yaml, sizeof(yaml) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(yaml_is_read),
		IMPORT_TEST(toml_is_read),
		IMPORT_TEST(rulers_are_no_head),
		IMPORT_TEST(a_head_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
