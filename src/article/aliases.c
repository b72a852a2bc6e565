/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aliases.c - the table of keys (spec "Fields", version 1).
 *
 * Sorted by key for the search; `rank` is the order of preference among the
 * keys of one field, 0 first.  A key that serves several fields has as many
 * lines.  Changing anything here is a new FIELDS_VERSION.
 */

#include "article/aliases.h"

#include <string.h>

static const struct alias aliases[] = {
	{ "@guid", FIELD_ID, 13, ONLY_ANY },
	{ "@lang", FIELD_LANGUAGE, 10, ONLY_ANY },
	{ "@title", FIELD_TITLE, 17, ONLY_ANY },
	{ "abstract", FIELD_SUMMARY, 3, ONLY_ANY },
	{ "accessed", FIELD_FETCHED, 15, ONLY_ANY },
	{ "alternate", FIELD_URL, 24, ONLY_ANY },
	{ "archivedat", FIELD_FETCHED, 21, ONLY_ANY },
	{ "article", FIELD_TEXT, 17, ONLY_ANY },
	{ "articleauthor", FIELD_AUTHORS, 6, ONLY_ANY },
	{ "articlebody", FIELD_TEXT, 5, ONLY_ANY },
	{ "articledescription", FIELD_SUMMARY, 12, ONLY_ANY },
	{ "articleid", FIELD_ID, 3, ONLY_ANY },
	{ "articlelanguage", FIELD_LANGUAGE, 4, ONLY_ANY },
	{ "articlemodifiedtime", FIELD_MODIFIED, 10, ONLY_ANY },
	{ "articlepublishdate", FIELD_PUBLISHED, 13, ONLY_ANY },
	{ "articlepublishedtime", FIELD_PUBLISHED, 10, ONLY_ANY },
	{ "articlesection", FIELD_SECTION, 2, ONLY_ANY },
	{ "articletag", FIELD_TAGS, 8, ONLY_ANY },
	{ "articletext", FIELD_TEXT, 10, ONLY_ANY },
	{ "articletitle", FIELD_TITLE, 5, ONLY_ANY },
	{ "articleurl", FIELD_URL, 7, ONLY_ANY },
	{ "author", FIELD_AUTHORS, 1, ONLY_ANY },
	{ "authors", FIELD_AUTHORS, 0, ONLY_ANY },
	{ "bodies", FIELD_TEXT, 7, ONLY_ANY },
	{ "body", FIELD_TEXT, 8, ONLY_ANY },
	{ "bodymain", FIELD_TEXT, 9, ONLY_ANY },
	{ "bodytext", FIELD_TEXT, 6, ONLY_ANY },
	{ "brand", FIELD_NAME, 16, ONLY_ANY },
	{ "by", FIELD_AUTHORS, 3, ONLY_ANY },
	{ "byline", FIELD_AUTHORS, 2, ONLY_ANY },
	{ "bylines", FIELD_AUTHORS, 15, ONLY_ANY },
	{ "canonical", FIELD_URL, 25, ONLY_ANY },
	{ "canonicaldomain", FIELD_HOST, 1, ONLY_ANY },
	{ "canonicallink", FIELD_URL, 2, ONLY_ANY },
	{ "canonicalurl", FIELD_URL, 1, ONLY_ANY },
	{ "categories", FIELD_SECTION, 4, ONLY_ANY },
	{ "categories", FIELD_TAGS, 14, ONLY_ANY },
	{ "category", FIELD_SECTION, 3, ONLY_ANY },
	{ "citationauthor", FIELD_AUTHORS, 14, ONLY_ANY },
	{ "citationdate", FIELD_PUBLISHED, 23, ONLY_ANY },
	{ "citationtitle", FIELD_TITLE, 14, ONLY_ANY },
	{ "cleanedtext", FIELD_TEXT, 13, ONLY_ANY },
	{ "collectdate", FIELD_FETCHED, 16, ONLY_ANY },
	{ "concepts", FIELD_TAGS, 12, ONLY_ANY },
	{ "content", FIELD_TEXT, 11, ONLY_ANY },
	{ "contentcreated", FIELD_PUBLISHED, 25, ONLY_ANY },
	{ "contentlanguage", FIELD_LANGUAGE, 6, ONLY_ANY },
	{ "contentmodified", FIELD_MODIFIED, 9, ONLY_ANY },
	{ "contenttext", FIELD_TEXT, 4, ONLY_ANY },
	{ "contributor", FIELD_AUTHORS, 7, ONLY_ANY },
	{ "contributors", FIELD_AUTHORS, 8, ONLY_ANY },
	{ "crawldate", FIELD_FETCHED, 2, ONLY_ANY },
	{ "crawled", FIELD_FETCHED, 4, ONLY_ANY },
	{ "crawledat", FIELD_FETCHED, 5, ONLY_ANY },
	{ "crawltimemsec", FIELD_FETCHED, 6, ONLY_ANY },
	{ "created", FIELD_PUBLISHED, 30, ONLY_ANY },
	{ "createdat", FIELD_PUBLISHED, 29, ONLY_ANY },
	{ "creator", FIELD_AUTHORS, 4, ONLY_ANY },
	{ "date", FIELD_PUBLISHED, 27, ONLY_ANY },
	{ "datecreated", FIELD_PUBLISHED, 28, ONLY_ANY },
	{ "datedownload", FIELD_FETCHED, 0, ONLY_ANY },
	{ "datemodified", FIELD_MODIFIED, 1, ONLY_ANY },
	{ "datemodify", FIELD_MODIFIED, 0, ONLY_ANY },
	{ "datepublish", FIELD_PUBLISHED, 0, ONLY_ANY },
	{ "datepublished", FIELD_PUBLISHED, 1, ONLY_ANY },
	{ "datetime", FIELD_FETCHED, 23, ONLY_ANY },
	{ "datetime", FIELD_PUBLISHED, 32, ONLY_ANY },
	{ "datetimepub", FIELD_PUBLISHED, 12, ONLY_ANY },
	{ "day", FIELD_DAY, 0, ONLY_ANY },
	{ "dccreator", FIELD_AUTHORS, 5, ONLY_ANY },
	{ "dcdate", FIELD_PUBLISHED, 18, ONLY_ANY },
	{ "dcdateissued", FIELD_PUBLISHED, 16, ONLY_ANY },
	{ "dcdescription", FIELD_SUMMARY, 14, ONLY_ANY },
	{ "dclanguage", FIELD_LANGUAGE, 11, ONLY_ANY },
	{ "dcsubject", FIELD_TAGS, 13, ONLY_ANY },
	{ "dctermscreated", FIELD_PUBLISHED, 17, ONLY_ANY },
	{ "dctermsissued", FIELD_PUBLISHED, 15, ONLY_ANY },
	{ "dctermsmodified", FIELD_MODIFIED, 12, ONLY_ANY },
	{ "dctermstitle", FIELD_TITLE, 12, ONLY_ANY },
	{ "dctitle", FIELD_TITLE, 11, ONLY_ANY },
	{ "dek", FIELD_SUMMARY, 8, ONLY_ANY },
	{ "description", FIELD_SUMMARY, 1, ONLY_ANY },
	{ "descriptions", FIELD_SUMMARY, 15, ONLY_ANY },
	{ "displaydate", FIELD_PUBLISHED, 26, ONLY_ANY },
	{ "docid", FIELD_ID, 8, ONLY_ANY },
	{ "document", FIELD_TEXT, 18, ONLY_ANY },
	{ "documentid", FIELD_ID, 9, ONLY_ANY },
	{ "domain", FIELD_HOST, 2, ONLY_ANY },
	{ "downloaddate", FIELD_FETCHED, 1, ONLY_ANY },
	{ "downloadedat", FIELD_FETCHED, 25, ONLY_ANY },
	{ "excerpt", FIELD_SUMMARY, 2, ONLY_ANY },
	{ "externalurl", FIELD_URL, 12, ONLY_ANY },
	{ "feed", FIELD_FEED, 0, ONLY_ANY },
	{ "fetchdate", FIELD_FETCHED, 12, ONLY_ANY },
	{ "fetched", FIELD_FETCHED, 10, ONLY_ANY },
	{ "fetchedat", FIELD_FETCHED, 11, ONLY_ANY },
	{ "fetchtimestamp", FIELD_FETCHED, 13, ONLY_ANY },
	{ "filedate", FIELD_FETCHED, 22, ONLY_ANY },
	{ "finalurl", FIELD_URL, 5, ONLY_ANY },
	{ "firstcreated", FIELD_PUBLISHED, 24, ONLY_ANY },
	{ "fulllanguage", FIELD_LANGUAGE, 5, ONLY_ANY },
	{ "fulltext", FIELD_TEXT, 12, ONLY_ANY },
	{ "genre", FIELD_SECTION, 7, ONLY_ANY },
	{ "gmtoffset", FIELD_ZONE, 1, ONLY_ANY },
	{ "guid", FIELD_ID, 2, ONLY_ANY },
	{ "hashtags", FIELD_TAGS, 11, ONLY_ANY },
	{ "heading", FIELD_TITLE, 4, ONLY_ANY },
	{ "headline", FIELD_TITLE, 1, ONLY_ANY },
	{ "headlinemain", FIELD_TITLE, 3, ONLY_ANY },
	{ "headlines", FIELD_TITLE, 2, ONLY_ANY },
	{ "highlights", FIELD_SUMMARY, 16, ONLY_ANY },
	{ "host", FIELD_HOST, 4, ONLY_ANY },
	{ "hostname", FIELD_HOST, 3, ONLY_ANY },
	{ "href", FIELD_URL, 13, ONLY_ANY },
	{ "htmlcrawldate", FIELD_FETCHED, 3, ONLY_ANY },
	{ "htmlrequestedurl", FIELD_URL, 26, ONLY_ANY },
	{ "htmlrespondedurl", FIELD_URL, 27, ONLY_ANY },
	{ "humanlanguage", FIELD_LANGUAGE, 7, ONLY_ANY },
	{ "id", FIELD_ID, 0, ONLY_ANY },
	{ "identifier", FIELD_ID, 11, ONLY_ANY },
	{ "indexeddate", FIELD_FETCHED, 18, ONLY_ANY },
	{ "infosources", FIELD_NAME, 11, ONLY_ANY },
	{ "inlanguage", FIELD_LANGUAGE, 2, ONLY_ANY },
	{ "ispartof", FIELD_NAME, 15, ONLY_ANY },
	{ "issued", FIELD_PUBLISHED, 14, ONLY_ANY },
	{ "keywords", FIELD_TAGS, 1, ONLY_ANY },
	{ "labels", FIELD_TAGS, 10, ONLY_ANY },
	{ "lang", FIELD_LANGUAGE, 1, ONLY_ANY },
	{ "language", FIELD_LANGUAGE, 0, ONLY_ANY },
	{ "languagecode", FIELD_LANGUAGE, 8, ONLY_ANY },
	{ "lastmod", FIELD_MODIFIED, 6, ONLY_ANY },
	{ "lastmodified", FIELD_MODIFIED, 7, ONLY_ANY },
	{ "lead", FIELD_SUMMARY, 5, ONLY_ANY },
	{ "leadparagraph", FIELD_SUMMARY, 7, ONLY_ANY },
	{ "lede", FIELD_SUMMARY, 6, ONLY_ANY },
	{ "link", FIELD_URL, 3, ONLY_ANY },
	{ "loc", FIELD_URL, 14, ONLY_ANY },
	{ "mainentityofpage", FIELD_URL, 18, ONLY_ANY },
	{ "maintext", FIELD_TEXT, 0, ONLY_ANY },
	{ "markdown", FIELD_TEXT, 20, ONLY_ANY },
	{ "md", FIELD_TEXT, 21, ONLY_ANY },
	{ "medianame", FIELD_NAME, 9, ONLY_ANY },
	{ "metadescription", FIELD_SUMMARY, 11, ONLY_ANY },
	{ "metakeywords", FIELD_TAGS, 2, ONLY_ANY },
	{ "metalang", FIELD_LANGUAGE, 3, ONLY_ANY },
	{ "metasitename", FIELD_NAME, 1, ONLY_ANY },
	{ "modified", FIELD_MODIFIED, 2, ONLY_ANY },
	{ "modifiedat", FIELD_MODIFIED, 3, ONLY_ANY },
	{ "modifieddate", FIELD_MODIFIED, 13, ONLY_ANY },
	{ "month", FIELD_MONTH, 0, ONLY_ANY },
	{ "name", FIELD_TITLE, 7, ONLY_ANY },
	{ "netloc", FIELD_HOST, 7, ONLY_ANY },
	{ "newarticleid", FIELD_ID, 4, ONLY_ANY },
	{ "newsdesk", FIELD_SECTION, 5, ONLY_ANY },
	{ "newsid", FIELD_ID, 5, ONLY_ANY },
	{ "newskeywords", FIELD_TAGS, 7, ONLY_ANY },
	{ "newspaper", FIELD_NAME, 8, ONLY_ANY },
	{ "newsurl", FIELD_URL, 8, ONLY_ANY },
	{ "ogdescription", FIELD_SUMMARY, 13, ONLY_ANY },
	{ "ogsitename", FIELD_NAME, 4, ONLY_ANY },
	{ "ogtitle", FIELD_TITLE, 10, ONLY_ANY },
	{ "ogupdatedtime", FIELD_MODIFIED, 11, ONLY_ANY },
	{ "ogurl", FIELD_URL, 19, ONLY_ANY },
	{ "originalurl", FIELD_URL, 15, ONLY_ANY },
	{ "origintitle", FIELD_NAME, 12, ONLY_ANY },
	{ "outlet", FIELD_NAME, 7, ONLY_ANY },
	{ "pageurl", FIELD_URL, 9, ONLY_ANY },
	{ "parseddate", FIELD_FETCHED, 17, ONLY_ANY },
	{ "parselyauthor", FIELD_AUTHORS, 12, ONLY_ANY },
	{ "parselypubdate", FIELD_PUBLISHED, 19, ONLY_ANY },
	{ "parselytitle", FIELD_TITLE, 13, ONLY_ANY },
	{ "permalink", FIELD_URL, 11, ONLY_ANY },
	{ "pillarname", FIELD_SECTION, 9, ONLY_ANY },
	{ "plaintext", FIELD_TEXT, 1, ONLY_ANY },
	{ "post", FIELD_TEXT, 15, ONLY_ANY },
	{ "postdate", FIELD_PUBLISHED, 31, ONLY_ANY },
	{ "postid", FIELD_ID, 10, ONLY_ANY },
	{ "posttime", FIELD_TIME, 1, ONLY_ANY },
	{ "posturl", FIELD_URL, 21, ONLY_ANY },
	{ "printsection", FIELD_SECTION, 8, ONLY_ANY },
	{ "prismpublicationdate", FIELD_PUBLISHED, 22, ONLY_ANY },
	{ "provider", FIELD_NAME, 10, ONLY_ANY },
	{ "pubdate", FIELD_PUBLISHED, 9, ONLY_ANY },
	{ "pubdatetz", FIELD_ZONE, 0, ONLY_ANY },
	{ "pubday", FIELD_DAY, 1, ONLY_ANY },
	{ "publication", FIELD_NAME, 6, ONLY_ANY },
	{ "publicationdate", FIELD_PUBLISHED, 4, ONLY_ANY },
	{ "publicationday", FIELD_DAY, 2, ONLY_ANY },
	{ "publicationmonth", FIELD_MONTH, 2, ONLY_ANY },
	{ "publicationtime", FIELD_TIME, 4, ONLY_ANY },
	{ "publicationyear", FIELD_YEAR, 2, ONLY_ANY },
	{ "publishdate", FIELD_PUBLISHED, 3, ONLY_ANY },
	{ "published", FIELD_PUBLISHED, 5, ONLY_ANY },
	{ "publishedat", FIELD_PUBLISHED, 6, ONLY_ANY },
	{ "publisheddate", FIELD_PUBLISHED, 7, ONLY_ANY },
	{ "publishedtime", FIELD_PUBLISHED, 8, ONLY_ANY },
	{ "publisher", FIELD_NAME, 5, ONLY_ANY },
	{ "publishingdate", FIELD_PUBLISHED, 2, ONLY_ANY },
	{ "publishtime", FIELD_TIME, 3, ONLY_ANY },
	{ "pubmonth", FIELD_MONTH, 1, ONLY_ANY },
	{ "pubtime", FIELD_TIME, 2, ONLY_ANY },
	{ "pubyear", FIELD_YEAR, 1, ONLY_ANY },
	{ "rawtext", FIELD_TEXT, 14, ONLY_ANY },
	{ "reporter", FIELD_AUTHORS, 10, ONLY_ANY },
	{ "requestedurl", FIELD_URL, 16, ONLY_ANY },
	{ "resolvedpageurl", FIELD_URL, 10, ONLY_ANY },
	{ "respondedurl", FIELD_URL, 6, ONLY_ANY },
	{ "retrievedat", FIELD_FETCHED, 14, ONLY_ANY },
	{ "rnewsdatepublished", FIELD_PUBLISHED, 21, ONLY_ANY },
	{ "sailthruauthor", FIELD_AUTHORS, 13, ONLY_ANY },
	{ "sailthrudate", FIELD_PUBLISHED, 20, ONLY_ANY },
	{ "scrapedat", FIELD_FETCHED, 8, ONLY_ANY },
	{ "scrapedate", FIELD_FETCHED, 9, ONLY_ANY },
	{ "section", FIELD_SECTION, 0, ONLY_ANY },
	{ "sectionname", FIELD_SECTION, 1, ONLY_ANY },
	{ "sectiontitle", FIELD_SECTION, 6, ONLY_ANY },
	{ "seendate", FIELD_FETCHED, 19, ONLY_ANY },
	{ "shortdescription", FIELD_SUMMARY, 10, ONLY_ANY },
	{ "site", FIELD_HOST, 6, ONLY_ANY },
	{ "sitefull", FIELD_HOST, 5, ONLY_ANY },
	{ "sitename", FIELD_NAME, 3, ONLY_ANY },
	{ "snippet", FIELD_SUMMARY, 4, ONLY_ANY },
	{ "source", FIELD_SOURCE, 0, ONLY_NO_PATH },
	{ "source", FIELD_URL, 30, ONLY_WITH_PATH },
	{ "sourcedomain", FIELD_HOST, 0, ONLY_ANY },
	{ "sourcehostname", FIELD_NAME, 2, ONLY_ANY },
	{ "sourcename", FIELD_NAME, 0, ONLY_ANY },
	{ "sourcetitle", FIELD_NAME, 13, ONLY_ANY },
	{ "sourceuri", FIELD_HOST, 8, ONLY_ANY },
	{ "sourceurl", FIELD_URL, 28, ONLY_WITH_PATH },
	{ "storiesid", FIELD_ID, 7, ONLY_ANY },
	{ "story", FIELD_TEXT, 19, ONLY_ANY },
	{ "storyid", FIELD_ID, 6, ONLY_ANY },
	{ "subject", FIELD_TAGS, 6, ONLY_ANY },
	{ "subjects", FIELD_TAGS, 5, ONLY_ANY },
	{ "summary", FIELD_SUMMARY, 0, ONLY_ANY },
	{ "tag", FIELD_TAGS, 9, ONLY_ANY },
	{ "tags", FIELD_TAGS, 0, ONLY_ANY },
	{ "teaser", FIELD_SUMMARY, 17, ONLY_ANY },
	{ "text", FIELD_TEXT, 2, ONLY_ANY },
	{ "textcontent", FIELD_TEXT, 3, ONLY_ANY },
	{ "threadsite", FIELD_HOST, 9, ONLY_ANY },
	{ "time", FIELD_PUBLISHED, 34, ONLY_ANY },
	{ "time", FIELD_TIME, 0, ONLY_ANY },
	{ "timestamp", FIELD_PUBLISHED, 33, ONLY_ANY },
	{ "timestampusec", FIELD_FETCHED, 7, ONLY_ANY },
	{ "timezone", FIELD_ZONE, 2, ONLY_ANY },
	{ "title", FIELD_TITLE, 0, ONLY_ANY },
	{ "titlefull", FIELD_TITLE, 16, ONLY_ANY },
	{ "titlepage", FIELD_TITLE, 8, ONLY_ANY },
	{ "titlerss", FIELD_TITLE, 9, ONLY_ANY },
	{ "titletitle", FIELD_NAME, 14, ONLY_ANY },
	{ "topic", FIELD_TAGS, 4, ONLY_ANY },
	{ "topics", FIELD_TAGS, 3, ONLY_ANY },
	{ "topictext", FIELD_TEXT, 16, ONLY_ANY },
	{ "topictitle", FIELD_TITLE, 15, ONLY_ANY },
	{ "topicurl", FIELD_URL, 20, ONLY_ANY },
	{ "trailtext", FIELD_SUMMARY, 9, ONLY_ANY },
	{ "troveurl", FIELD_URL, 23, ONLY_ANY },
	{ "ts", FIELD_FETCHED, 24, ONLY_ANY },
	{ "updated", FIELD_MODIFIED, 4, ONLY_ANY },
	{ "updatedat", FIELD_MODIFIED, 5, ONLY_ANY },
	{ "uri", FIELD_ID, 14, ONLY_NOT_URL },
	{ "uri", FIELD_URL, 29, ONLY_WITH_PATH },
	{ "url", FIELD_URL, 0, ONLY_ANY },
	{ "urlused", FIELD_URL, 22, ONLY_ANY },
	{ "username", FIELD_AUTHORS, 11, ONLY_ANY },
	{ "utcoffset", FIELD_ZONE, 3, ONLY_ANY },
	{ "uuid", FIELD_ID, 1, ONLY_ANY },
	{ "versioncreated", FIELD_MODIFIED, 8, ONLY_ANY },
	{ "videotag", FIELD_TAGS, 15, ONLY_ANY },
	{ "warcdate", FIELD_FETCHED, 20, ONLY_ANY },
	{ "warcrecordid", FIELD_ID, 12, ONLY_ANY },
	{ "warctargeturi", FIELD_URL, 17, ONLY_ANY },
	{ "webpublicationdate", FIELD_PUBLISHED, 11, ONLY_ANY },
	{ "webtitle", FIELD_TITLE, 6, ONLY_ANY },
	{ "weburl", FIELD_URL, 4, ONLY_ANY },
	{ "writer", FIELD_AUTHORS, 9, ONLY_ANY },
	{ "xmllang", FIELD_LANGUAGE, 9, ONLY_ANY },
	{ "year", FIELD_YEAR, 0, ONLY_ANY },
};

#define COUNT (sizeof(aliases) / sizeof(*aliases))

/* Objects whose members count as if they stood in the record itself. */
static const char *const wrappers[] = {
	"attributes", "fields", "meta", "metadata", "thread",
};

size_t alias_normalise(char out[ALIAS_KEY_MAX], const char *key, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = key[i];

		if (c == '_' || c == '-' || c == '.' || c == ':' || c == ' ')
			continue;
		if (n == ALIAS_KEY_MAX)
			return 0;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		out[n++] = c;
	}
	return n;
}

/* As strcmp(), of a key with a length: it may hold a NUL. */
static int compare(const char *key, size_t len, const char *name)
{
	size_t name_len = strlen(name);
	int r = memcmp(key, name, len < name_len ? len : name_len);

	if (r)
		return r;
	return (len > name_len) - (len < name_len);
}

size_t alias_find(const struct alias **out, const char *key, size_t len)
{
	size_t low = 0, high = COUNT, middle, n = 0;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(key, len, aliases[middle].name) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	*out = aliases + low;
	while (low + n < COUNT && compare(key, len, aliases[low + n].name) == 0)
		n++;
	return n;
}

bool alias_is_wrapper(const char *key, size_t len)
{
	char name[ALIAS_KEY_MAX];

	/* Normalised, "_source" would be "source", which is another thing. */
	if (len == 7 && memcmp(key, "_source", 7) == 0)
		return true;
	len = alias_normalise(name, key, len);
	for (size_t i = 0; len && i < sizeof(wrappers) / sizeof(*wrappers); i++)
		if (compare(name, len, wrappers[i]) == 0)
			return true;
	return false;
}
