/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_feed.c - any bytes as a feed; see fuzz_format.h. */
#include "fuzz/fuzz_format.h"

FUZZ_FORMAT(
	"feed",
	FUZZ_SEED("<rss><channel><link>http://a/</link><item><title>A &amp; B"
                  "</title><link>/b</link><content:encoded><![CDATA[<p>x]]>"
                  "</content:encoded></item></channel></rss>"),
	FUZZ_SEED("<feed xml:lang='a'><entry><author><name>n</name></author>"
                  "<link href='http://a/b'/><content type='xhtml'><p>a&nbsp;"
                  "</p></content></entry></feed>"),
	FUZZ_SEED(
		"<items><item><a><value>x</value></a><title>t</title></item>"),
	FUZZ_SEED("<?xml version='1.0' encoding='koi8-r'?><doc title='t'><main>"
                  "<p>\xc1</p></main></doc>"),
	FUZZ_SEED("<TEI><title>t</title><body><p>x</p></body></TEI>"))
