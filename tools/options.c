/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - the one table of commands and options; see options.h. */

#include "options.h"

#include <string.h>

#include "commands.h"

/* Not behind a command, but in the place of one. */
#define PROGRAM (1u << CMD_COUNT)

#define ALL     ((1u << CMD_COUNT) - 1)
#define PICKS   (IN(LIST) | IN(SHOW) | IN(EXTRACT) | IN(EXPORT))
#define FILTERS (PICKS | IN(SEARCH))
#define COPIES  (IN(MERGE) | IN(COMPACT) | IN(SPLIT))
#define WRITES  (IN(PACK) | COPIES)
#define READS   (FILTERS | IN(INFO))

const char *const option_group_names[GROUP_COUNT] = {
	[GROUP_OWN] = "Options",
	[GROUP_SELECT] = "Which articles",
	[GROUP_ARCHIVE] = "Which state of the archive",
	[GROUP_GENERAL] = "General",
};

/* clang-format off */
const struct option_row option_rows[] = {
	/* pack */
	{ OPT_OUTPUT, "output", 'o', "FILE", IN(COMPACT), GROUP_OWN,
	  "the new archive" },
	{ OPT_OUTPUT, "output", 'o', "TEMPLATE", IN(SPLIT), GROUP_OWN,
	  "names of the parts, as in news-{month}.fiche" },
	{ OPT_BY, "by", 0, "WHAT", IN(SPLIT), GROUP_OWN,
	  "month, year, source, language or size=SIZE, as in size=1GiB" },
	{ OPT_APPEND, "append", 'a', NULL, IN(PACK) | IN(MERGE), GROUP_OWN,
	  "add to an archive; made if it is not there" },
	{ OPT_DEFAULT, "default", 0, "KEY=VALUE,...", IN(PACK), GROUP_OWN,
	  "for records that lack it: source, lang, section, tag" },
	{ OPT_MAP, "map", 0, "FIELD=KEY,...", IN(PACK), GROUP_OWN,
	  "read a field from this key, as in published=my_date" },
	{ OPT_PRESET, "preset", 0, "NAME", IN(PACK), GROUP_OWN,
	  "read keys as a producer means them: news-please, trafilatura, ..." },
	{ OPT_DATE_ORDER, "date-order", 0, "dmy|mdy", IN(PACK), GROUP_OWN,
	  "what 03/04/2021 means: 3 April, or March 4" },
	{ OPT_ASSUME_TZ, "assume-tz", 0, "+HH:MM", IN(PACK), GROUP_OWN,
	  "the zone of times that have none (default: UTC)" },
	{ OPT_REQUIRE, "require", 0, "FIELD,...", IN(PACK), GROUP_OWN,
	  "refuse records without: url, id, title, text, date, source, ..." },
	{ OPT_STRICT, "strict", 0, NULL, IN(PACK), GROUP_OWN,
	  "refuse records whose date is a guess or cannot be read" },
	{ OPT_EXPLAIN, "explain", 0, NULL, IN(PACK), GROUP_OWN,
	  "only read, and say which key gives which field" },
	{ OPT_INDEX, "index", 0, "words|basic", WRITES | IN(REINDEX),
	  GROUP_OWN, "words: for 'fiche search' (the default); basic: smaller" },
	{ OPT_LEVEL, "level", 0, "N", IN(PACK) | IN(MERGE) | IN(SPLIT),
	  GROUP_OWN,
	  "how hard to compress, 1 (fast) to 22 (small)" },
	{ OPT_LEVEL, "level", 0, "N", IN(COMPACT), GROUP_OWN,
	  "as --dense, 1 (fast) to 22 (small)" },
	{ OPT_DENSE, "dense", 0, NULL, COPIES, GROUP_OWN,
	  "compress all anew, as if packed at once: smaller, slower" },
	{ OPT_PROFILE, "profile", 0, "dictionary|plain", WRITES, GROUP_OWN,
	  "plain: larger, but 'zstd -dc' alone prints everything" },
	{ OPT_PARITY, "parity", 0, "none|lite|std|arch",
	  IN(PACK) | IN(MERGE) | IN(COMPACT), GROUP_OWN,
	  "add parity when done; as before if not given (see 'protect')" },
	{ OPT_PROFILE, "profile", 0, "lite|std|arch", IN(PROTECT), GROUP_OWN,
	  "how much: 7 %, 14 % or 29 % of the size (default: as before, or std)" },
	{ OPT_THREADS, "threads", 'j', "N",
	  WRITES | IN(VERIFY) | IN(REINDEX) | IN(REDACT), GROUP_OWN,
	  "how many to use; one for each processor if not given" },
	{ OPT_CHECKPOINT, "checkpoint", 0, "TIME|SIZE", IN(PACK), GROUP_OWN,
	  "commit this often, as in 30s, 5m or 1GiB (default: 4GiB)" },
	{ OPT_REJECTS, "rejects", 0, "FILE", IN(PACK), GROUP_OWN,
	  "where refused records are added, or none "
	  "(default: NAME.rejects.jsonl)" },
	{ OPT_WARC, "warc", 0, "pages|all", IN(PACK), GROUP_OWN,
	  "of WARC and ARC files: what people read (default), or every record" },
	{ OPT_MAX_UNPACKED, "max-unpacked", 0, "SIZE", IN(PACK), GROUP_OWN,
	  "end an input whose members have more bytes (default: 1TiB)" },
	{ OPT_MAX_RATIO, "max-ratio", 0, "N", IN(PACK), GROUP_OWN,
	  "... or that unpacks to over N times its size (default: 1000)" },
	{ OPT_MAX_MEMBERS, "max-members", 0, "N", IN(PACK), GROUP_OWN,
	  "... or that has more members (default: 10000000)" },
	{ OPT_FORMAT, "format", 0, "NAME", IN(PACK), GROUP_OWN,
	  "what all inputs are, as in csv, json, jsonl, feed, mail" },
	{ OPT_RECORDS_AT, "records-at", 0, "POINTER", IN(PACK), GROUP_OWN,
	  "where articles are in JSON documents, as in /response/docs" },
	{ OPT_TABLE, "table", 0, "NAME", IN(PACK), GROUP_OWN,
	  "which table of SQLite databases to read" },
	{ OPT_DRY_RUN, "dry-run", 'n', NULL, IN(PACK), GROUP_OWN,
	  "read and count the input, write nothing" },
	{ OPT_GIVE_UP_COMMIT, "give-up-commit", 0, NULL, IN(PACK) | IN(MERGE),
	  GROUP_OWN,
	  "add although the last commit is damaged: it becomes void" },
	{ OPT_UUID, "uuid", 0, "HEX", WRITES & ~IN(SPLIT), GROUP_OWN,
	  "identity of a new archive, 32 digits" },
	{ OPT_TIME, "time", 0, "TIME",
	  WRITES | IN(REINDEX) | IN(REDACT) | IN(WITHDRAW) | IN(PROTECT), GROUP_OWN,
	  "use it for every clock reading (default: SOURCE_DATE_EPOCH)" },
	{ OPT_JSON, "json", 0, NULL, WRITES | IN(REINDEX) | IN(REDACT) | IN(PROTECT),
	  GROUP_OWN,
	  "print the summary as one JSON object" },

	/* redact */
	{ OPT_REASON, "reason", 0, "TEXT", IN(REDACT) | IN(WITHDRAW), GROUP_OWN,
	  "why; it is kept, and told to who asks for the article" },
	{ OPT_AUTHORITY, "authority", 0, "TEXT", IN(REDACT) | IN(WITHDRAW),
	  GROUP_OWN, "who decided it" },
	{ OPT_KEEP_COPIES, "keep-copies", 0, NULL, IN(REDACT), GROUP_OWN,
	  "other articles with the same text keep it" },
	{ OPT_LEVEL, "level", 0, "N", IN(REDACT), GROUP_OWN,
	  "of what is compressed anew, 1 (fast) to 22 (small)" },

	/* withdraw */
	{ OPT_UNDO, "undo", 0, NULL, IN(WITHDRAW), GROUP_OWN,
	  "show these articles again" },
	{ OPT_LIST, "list", 0, NULL, IN(WITHDRAW), GROUP_OWN,
	  "list what is withdrawn, since when and why" },
	{ OPT_JSON, "json", 0, NULL, IN(WITHDRAW), GROUP_OWN,
	  "print one JSON object for each article, then a summary" },

	/* search */
	{ OPT_COUNT, "count", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "print only how many articles match" },
	{ OPT_FACET, "facet", 0, "FIELD[:N]", IN(SEARCH), GROUP_OWN,
	  "count by source, tag, lang or author, N of them (default: 10)" },
	{ OPT_HISTOGRAM, "histogram", 0, "day|week|month|year", IN(SEARCH),
	  GROUP_OWN, "count by date" },
	{ OPT_CONTEXT, "context", 'C', "N", IN(SEARCH), GROUP_OWN,
	  "show N characters of the text (default: 160)" },
	{ OPT_SNIPPETS, "snippets", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "show where the words stand in the text (the default)" },
	{ OPT_NO_SNIPPETS, "no-snippets", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "do not, which is faster" },
	{ OPT_STEM, "stem", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "find other forms of the words too (the default)" },
	{ OPT_EXACT, "exact", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "find the words only as they are typed" },
	{ OPT_SCAN, "scan", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "read the articles that have no keyword index (slow)" },
	{ OPT_JSON, "json", 0, NULL, IN(SEARCH), GROUP_OWN,
	  "print one JSON object a line, a summary last" },

	/* list */
	{ OPT_FORMAT, "format", 0, "table|tsv|csv|jsonl",
	  IN(LIST) | IN(SEARCH), GROUP_OWN, "how to print (default: table)" },
	{ OPT_FIELDS, "fields", 0, "NAME,...", IN(LIST) | IN(SEARCH), GROUP_OWN,
	  "which fields, in this order; 'fiche help list' names them" },
	{ OPT_JSON, "json", 0, NULL, IN(LIST), GROUP_OWN,
	  "the same as --format jsonl" },
	{ OPT_SHORT, "short", 's', NULL, IN(LIST) | IN(SEARCH), GROUP_OWN,
	  "ids only, one a line" },
	{ OPT_DIGEST, "digest", 0, NULL, IN(LIST), GROUP_OWN,
	  "whole ids (SHA-256 of the record) in tables too" },
	{ OPT_NULL, "null", '0', NULL, IN(LIST) | IN(SEARCH) | IN(EXTRACT),
	  GROUP_OWN, "end each with a NUL byte, not a line end" },

	/* show */
	{ OPT_META, "meta", 0, NULL, IN(SHOW), GROUP_OWN,
	  "leave out the text" },
	{ OPT_JSON, "json", 0, NULL, IN(SHOW), GROUP_OWN,
	  "print as fiche reads it, one JSON object a line" },

	/* extract */
	{ OPT_AS, "as", 0, "text|json|raw", IN(EXTRACT), GROUP_OWN,
	  "what to write of each article (default: text)" },
	{ OPT_RAW, "raw", 0, NULL, IN(SHOW) | IN(EXTRACT), GROUP_OWN,
	  "the exact record that came in" },
	{ OPT_DIRECTORY, "directory", 'd', "DIR", IN(EXTRACT), GROUP_OWN,
	  "write a file for each article into DIR" },
	{ OPT_OVERWRITE, "overwrite", 0, NULL, IN(EXTRACT), GROUP_OWN,
	  "replace files that are there" },
	{ OPT_SKIP_EXISTING, "skip-existing", 0, NULL, IN(EXTRACT), GROUP_OWN,
	  "leave files that are there as they are" },
	{ OPT_KEEP_GOING, "keep-going", 'k', NULL, IN(EXTRACT), GROUP_OWN,
	  "go on behind damage (this is the default)" },
	{ OPT_FORCE, "force", 'f', NULL, IN(SHOW) | IN(EXTRACT), GROUP_OWN,
	  "print binary records on a terminal" },

	/* export */
	{ OPT_EXPORT_TO, "to", 0,
	  "jsonl|csv|tsv|warc|html|bagit|sqlite|parquet|tar|zip|bibtex|ris",
	  IN(EXPORT), GROUP_OWN, "the format; 'fiche help export' tells more" },
	{ OPT_OUTPUT, "output", 'o', "FILE", IN(EXPORT), GROUP_OWN,
	  "where to, a file or a folder (default: standard output)" },
	{ OPT_FIELDS, "fields", 0, "NAME,...", IN(EXPORT), GROUP_OWN,
	  "which fields, in this order, of formats with fields" },
	{ OPT_PARTITION, "partition", 0, "NAME,...", IN(EXPORT), GROUP_OWN,
	  "a folder for each source, language, section, year, month, day" },
	{ OPT_COMPRESS, "compress", 0, "auto|none|gzip|zstd|xz", IN(EXPORT),
	  GROUP_OWN, "auto (the default): as .gz, .zst or .xz says" },
	{ OPT_RAW, "raw", 0, NULL, IN(EXPORT), GROUP_OWN,
	  "with jsonl: the exact records that came in" },
	{ OPT_EXCEL, "excel", 0, NULL, IN(EXPORT), GROUP_OWN,
	  "with csv and tsv: as Excel wants them, without formulas" },
	{ OPT_OVERWRITE, "overwrite", 0, NULL, IN(EXPORT), GROUP_OWN,
	  "replace a file that is there" },
	{ OPT_KEEP_GOING, "keep-going", 'k', NULL, IN(EXPORT), GROUP_OWN,
	  "leave out damaged articles instead of stopping" },
	{ OPT_FORCE, "force", 'f', NULL, IN(EXPORT), GROUP_OWN,
	  "print binary formats on a terminal" },
	{ OPT_TIME, "time", 0, "TIME", IN(EXPORT), GROUP_OWN,
	  "use it for every clock reading (default: SOURCE_DATE_EPOCH)" },
	{ OPT_JSON, "json", 0, NULL, IN(EXPORT), GROUP_OWN,
	  "with -o: print the summary as one JSON object" },

	/* info */
	{ OPT_JSON, "json", 0, NULL, IN(DIFF), GROUP_OWN,
	  "print one JSON object for each difference, then a summary" },
	{ OPT_JSON, "json", 0, NULL, IN(INFO), GROUP_OWN,
	  "print as JSON Lines" },
	{ OPT_NAMES, "names", 0, "source|lang|tag|author", IN(INFO), GROUP_OWN,
	  "list the names of a field and how many records have each" },

	/* verify */
	{ OPT_OUTPUT, "output", 'o', "FILE", IN(KEYGEN), GROUP_OWN,
	  "the private key; the public one is FILE.pub (default: fiche.key)" },
	{ OPT_OUTPUT, "output", 'o', "FILE", IN(SIGN), GROUP_OWN,
	  "where the checkpoint goes (default: ARCHIVE.checkpoint)" },
	{ OPT_OUTPUT, "output", 'o', "FILE", IN(PROVE), GROUP_OWN,
	  "where the proof goes (default: standard output)" },
	{ OPT_OUTPUT, "output", 'o', "FILE", IN(REPAIR) | IN(REDACT),
	  GROUP_OWN, "the new archive" },
	{ OPT_JSON, "json", 0, NULL, IN(REPAIR), GROUP_OWN,
	  "print one JSON object for each damage, then a summary" },
	{ OPT_KEY, "key", 0, "FILE", IN(SIGN), GROUP_OWN,
	  "the private key to sign with" },
	{ OPT_KEY, "key", 0, "FILE", IN(VERIFY) | IN(CHECK_PROOF), GROUP_OWN,
	  "the public key of who should have signed the checkpoint" },
	{ OPT_AGAINST, "against", 0, "FILE", IN(VERIFY), GROUP_OWN,
	  "a checkpoint: are its records those of the archive?" },
	{ OPT_CHECKPOINT_FILE, "checkpoint", 0, "FILE", IN(PROVE), GROUP_OWN,
	  "the checkpoint to prove against (default: ARCHIVE.checkpoint)" },
	{ OPT_QUICK, "quick", 0, NULL, IN(VERIFY), GROUP_OWN,
	  "check structure and stored bytes, decode nothing" },
	{ OPT_JSON, "json", 0, NULL, IN(VERIFY), GROUP_OWN,
	  "print one JSON object for each finding, then a summary" },
	{ OPT_STATUS, "status", 0, NULL, IN(VERIFY), GROUP_OWN,
	  "print nothing, the exit code says it all" },

	/* help */
	{ OPT_MAN, "man", 0, NULL, IN(HELP), GROUP_OWN,
	  "print the manual page (roff)" },

	/* which articles */
	{ OPT_ID, "id", 0, "ID", FILTERS, GROUP_SELECT,
	  "8 or more digits of its id, or the scraper's own id" },
	{ OPT_URL, "url", 0, "URL", FILTERS, GROUP_SELECT,
	  "its address; '*' and '?' make a pattern" },
	{ OPT_SOURCE, "source", 0, "NAME", FILTERS, GROUP_SELECT,
	  "its source; '*' and '?' make a pattern" },
	{ OPT_TAG, "tag", 0, "NAME", FILTERS, GROUP_SELECT,
	  "has this tag; '*' and '?' make a pattern" },
	{ OPT_AUTHOR, "author", 0, "NAME", FILTERS, GROUP_SELECT,
	  "is by this author; '*' and '?' make a pattern" },
	{ OPT_LANG, "lang", 0, "CODE", FILTERS, GROUP_SELECT,
	  "its language" },
	{ OPT_DATE, "date", 0, "DATE", FILTERS, GROUP_SELECT,
	  "2024, 2024-03, 2024-03-05, 2024-03..2024-05, ..2019, 7d, today" },
	{ OPT_FROM, "from", 0, "DATE", FILTERS, GROUP_SELECT,
	  "from the beginning of DATE" },
	{ OPT_FROM, "since", 0, "DATE", FILTERS, GROUP_SELECT,
	  "the same as --from" },
	{ OPT_TO, "to", 0, "DATE", FILTERS & ~IN(EXPORT), GROUP_SELECT,
	  "to the end of DATE" },
	{ OPT_TO, "until", 0, "DATE", FILTERS & ~IN(EXPORT), GROUP_SELECT,
	  "the same as --to" },
	{ OPT_TO, "until", 0, "DATE", IN(EXPORT), GROUP_SELECT,
	  "to the end of DATE" },
	{ OPT_LATEST, "latest", 0, NULL, FILTERS, GROUP_SELECT,
	  "the newest version of each URL (the default)" },
	{ OPT_FIRST, "first", 0, NULL, FILTERS, GROUP_SELECT,
	  "the oldest version of each URL" },
	{ OPT_ALL_VERSIONS, "all-versions", 0, NULL, FILTERS, GROUP_SELECT,
	  "every version" },
	{ OPT_AT, "at", 0, "DATE", FILTERS, GROUP_SELECT,
	  "the version that was current at the end of DATE" },
	{ OPT_WITHDRAWN, "withdrawn", 0, NULL, FILTERS, GROUP_SELECT,
	  "those too that are withdrawn" },
	{ OPT_SORT, "sort", 0, "archive|date|newest", PICKS, GROUP_SELECT,
	  "as stored (the default), oldest first, newest first" },
	{ OPT_REVERSE, "reverse", 0, NULL, PICKS, GROUP_SELECT,
	  "the other way round" },
	{ OPT_LIMIT, "limit", 0, "N", PICKS, GROUP_SELECT,
	  "at most N articles; 0 is no limit" },
	{ OPT_SORT, "sort", 0, "relevance|newest|oldest", IN(SEARCH),
	  GROUP_SELECT, "the best first (the default), or by date" },
	{ OPT_LIMIT, "limit", 0, "N", IN(SEARCH), GROUP_SELECT,
	  "at most N articles (default: 10); 0 is no limit" },
	{ OPT_OFFSET, "offset", 0, "N", IN(SEARCH), GROUP_SELECT,
	  "leave out the first N" },

	/* which state */
	{ OPT_COMMIT, "commit", 0, "N", READS | IN(COMPACT) | IN(SPLIT),
	  GROUP_ARCHIVE,
	  "as it was after its Nth commit" },
	{ OPT_RECOVER, "recover", 0, NULL, READS | COPIES | IN(DIFF),
	  GROUP_ARCHIVE,
	  "trust no commit, scan for intact articles" },

	/* general */
	{ OPT_PROGRESS, "progress", 0, "auto|always|never",
	  WRITES | IN(VERIFY) | IN(REINDEX) | IN(EXPORT) | IN(REPAIR) | IN(REDACT) | IN(PROTECT),
	  GROUP_GENERAL,
	  "show how far it is (default: auto, on a terminal)" },
	{ OPT_COLOR, "color", 0, "auto|always|never",
	  IN(LIST) | IN(SHOW) | IN(SEARCH), GROUP_GENERAL,
	  "colour (default: auto, on a terminal)" },
	{ OPT_QUIET, "quiet", 'q', NULL, ALL & ~(IN(HELP) | IN(COMPLETION)),
	  GROUP_GENERAL, "print errors only" },
	{ OPT_HELP, "help", 'h', NULL, ALL | PROGRAM, GROUP_GENERAL,
	  "show the options and stop" },
	{ OPT_VERSION, "version", 'V', NULL, PROGRAM, GROUP_GENERAL,
	  "show the versions of fiche and its format and stop" },
};
const size_t option_row_count = sizeof(option_rows) / sizeof(*option_rows);

const struct command_row command_rows[CMD_COUNT] = {
	[CMD_PACK] = {
		"pack", "ARCHIVE INPUT...",
		"make an archive from articles, or add to one",
		"Inputs are told by content, not by name: JSON Lines, JSON "
		"documents of any size, CSV and TSV, SQLite databases, RSS, "
		"Atom and other XML, WARC and ARC, mbox and .eml, each with "
		"many records; HTML, text and anything else, which is one "
		"record. Each may be compressed (gzip, zstd, xz, bzip2, lz4). A "
		"folder is read with everything in it, in order of names. '-' "
		"is standard input.\n"
		"Keys of records are understood as many scrapers write them; "
		"--explain tells how, --map and --preset help where that is "
		"wrong. Pages and texts tell their own title, date and "
		"authors. What FILE.meta.json says of FILE goes before.\n"
		"Bundles (tar, zip, 7z, rar, cpio, ISO 9660, cab, lha, ar, "
		"xar) are read member by member, also bundles in them, down "
		"to the fourth; of a WACZ its web archives. A process that "
		"can open no file and reach no network unpacks them. The "
		"name of a member is a label and never becomes a path.\n"
		"Each record is kept byte for byte. A record that came before "
		"is counted, not stored; another text under a known URL "
		"becomes its new version. Records that cannot be read are "
		"named, added to the rejects file, and make the exit code "
		"3.\n"
		"Ctrl-C ends it in good order: what was packed is kept. "
		"SIGUSR1 prints one line of status.\n"
		"The same input and options give the same bytes if the time "
		"is fixed, by --time or SOURCE_DATE_EPOCH. Without --uuid the "
		"identity is then made from that time and the name of the "
		"archive.\n",
		"fiche pack news.fiche scrape/*.jsonl.gz\n"
		"scrapy crawl site -O -:jsonlines | "
		"fiche pack live.fiche - --append --checkpoint 30s\n"
		"fiche pack news.fiche pages/ --default "
		"source=example.org,lang=en\n",
		2, 0, cmd_pack },
	[CMD_SEARCH] = {
		"search", "ARCHIVE... QUERY",
		"find articles by their words, the best first",
		"The last operand is the query; those before it are archives, "
		"searched as if they were one. All words must occur, in title, "
		"text or tags. Case and accents do not matter, and other "
		"forms of a word count as the word.\n"
		"In a query, \"flood defences\" is a phrase, word for word, and "
		"climat* the beginning of words; 'a OR b', '-word' and "
		"parentheses mean what they do elsewhere; 'a near/5 b' "
		"leaves at most 5 words between the two. title:word looks into titles only. "
		"source:NAME, tag:NAME, author:NAME, lang:CODE, url:URL and "
		"date:DATE choose as the options of these names do. What "
		"makes no sense is read as plain words, and a note says so. "
		"A query that begins with '-' stands behind '--'.\n"
		"The query '' stands for all articles that the options "
		"choose.\n"
		"With --facet and --histogram the counts follow the "
		"articles; with --count they come without them. Without "
		"colour, and in JSON, words are marked by the quotation marks "
		"U+00AB and U+00BB. JSON objects that are no article have a "
		"type: facet, histogram, summary.\n",
		"fiche search news.fiche '\"flood defences\" mayor'\n"
		"fiche search 2023.fiche 2024.fiche 'strike -football' "
		"--sort newest\n"
		"fiche search news.fiche 'climat* OR weather' --facet source "
		"--histogram month\n",
		1, 0, cmd_search },
	[CMD_LIST] = {
		"list", "ARCHIVE",
		"list articles, one a line",
		"Fields: number id source_id url title published modified "
		"fetched source language authors tags section summary path "
		"type text_size withdrawn. In tables ids are shown with 12 digits, in "
		"other formats whole; several authors or tags are joined "
		"by '|', and are a list in jsonl.\n"
		"In tsv, backslash, tab and line ends are written as \\\\, "
		"\\t, \\n and \\r. Given several times, an option of the same "
		"name offers alternatives; different options narrow each "
		"other.\n",
		"fiche list news.fiche --date 2024-03 --source '*.org'\n"
		"fiche list news.fiche --tag climate --format csv "
		"--fields id,published,title,url\n"
		"fiche list news.fiche --sort newest --limit 20\n",
		1, 1, cmd_list },
	[CMD_SHOW] = {
		"show", "ARCHIVE ID|URL...",
		"show an article to read",
		"An article is named by 8 or more digits of its id, by its "
		"URL, or by the id that its scraper gave it.\n",
		"fiche show news.fiche 7f3c91ab\n"
		"fiche show news.fiche https://example.org/a --first\n"
		"fiche show news.fiche 7f3c91ab --json\n",
		1, 0, cmd_show },
	[CMD_EXTRACT] = {
		"extract", "ARCHIVE [ID|URL...]",
		"write articles out, exactly as they came in or as text",
		"Without names and selection every article is written. To "
		"standard output they follow one another: texts and JSON "
		"end with a line end, and so do raw records that were "
		"lines; files that were packed are written as they are, with "
		"a line end behind each if there are several.\n"
		"With -d each article goes into a file of its own, named "
		"NUMBER-TITLE.EXTENSION with nothing but a-z, 0-9 and '-' "
		"of the title. Nothing is written outside that folder.\n"
		"Articles in damaged blocks are named and left out; the exit "
		"code is then 4.\n",
		"fiche extract news.fiche https://example.org/a > a.txt\n"
		"fiche extract news.fiche --raw --date 2024 > 2024.jsonl\n"
		"fiche extract news.fiche --tag climate --as json -d out\n",
		1, 0, cmd_extract },
	[CMD_EXPORT] = {
		"export", "ARCHIVE --to FORMAT",
		"write articles in a format of other programs",
		"jsonl: JSON Lines, one object for each article, with the "
		"fields as fiche reads them; with --raw, the records as they "
		"came in.\n"
		"csv, tsv: tables with one row for each article. In tsv, "
		"backslash, tab and line ends are written as \\\\, \\t, \\n "
		"and \\r. Several authors or tags are joined by ';'.\n"
		"warc: a web archive. Each record is a resource, and of JSON "
		"records the text is a conversion behind it; what came out of "
		"a WARC goes into this one as it was. Compressed with gzip, "
		"each has a member of its own.\n"
		"html: a folder of pages that opens in a browser, by month "
		"and source; without scripts, and asking nothing of the "
		"network.\n"
		"bagit: a folder for preservation, with the exact records, "
		"all articles as JSON Lines, and the digests of both.\n"
		"sqlite: a database with a table of articles, tables of "
		"authors and tags, full-text search, and a view of all "
		"together. U+FFFD stands there for NUL.\n"
		"parquet: columns for DuckDB, pandas and the like. Dates are "
		"times, so published_precision says how much of one was "
		"known.\n"
		"tar, zip: each record as a file, such as "
		"2024/03/01/example.org/a-title-7f3c09aa.json. Beside what is "
		"no JSON, NAME.meta.json says what is known about it.\n"
		"bibtex, ris: bibliographies.\n"
		"Fields of jsonl, csv, tsv, sqlite and parquet: number id source_id url title "
		"published published_raw modified fetched source language "
		"authors tags section summary path type text_size text; all "
		"but number and path if none are chosen. sqlite always has "
		"number.\n"
		"A file appears under its name only when it is whole. With "
		"--partition the articles are parted into files of folders "
		"such as source=example.org/month=2024-03, which are "
		"__none__ where an article has no such value.\n"
		"At a damaged article nothing is exported and the exit code "
		"is 4; with --keep-going it is named and left out. After "
		"Ctrl-C the file has what was read until then.\n",
		"fiche export news.fiche --to jsonl -o news.jsonl.gz\n"
		"fiche export news.fiche --to csv --date 2024 --fields "
		"published,source,title,url > 2024.csv\n"
		"fiche export news.fiche --to csv --partition source,month -o "
		"tables\n",
		1, 1, cmd_export },
	[CMD_INFO] = {
		"info", "ARCHIVE",
		"say what is in an archive",
		"With --json everything is one JSON object; with --names, one "
		"for each name.\n",
		"fiche info news.fiche\n"
		"fiche info news.fiche --names source\n",
		1, 1, cmd_info },
	[CMD_VERIFY] = {
		"verify", "ARCHIVE...",
		"check archives to the last bit",
		"Every block is decoded, every record rebuilt and its digest "
		"recomputed, the index rebuilt and compared. --quick checks "
		"structure and stored bytes only, and says so. Articles that "
		"cannot be read are listed by number, id and title. With "
		"--quiet only failures are printed.\n"
		"Exit code 0: intact. 4: damaged, or bytes follow the last "
		"commit: those of an interrupted append (the next 'pack "
		"--append' declares them void), or of a file that was cut.\n",
		"fiche verify news.fiche\n"
		"fiche verify --quick *.fiche\n"
		"fiche verify --json news.fiche\n",
		1, 0, cmd_verify },
	[CMD_REPAIR] = {
		"repair", "COPY...",
		"make a whole archive of damaged copies",
		"Reads all copies of an archive at once, one or more, and "
		"takes each part from one that has it whole. What none has is "
		"solved for, where the archive is protected ('fiche protect'), "
		"or put together of the pieces in which two copies differ; "
		"each part counts when its hash is right. Where bytes were put "
		"into a copy, or some are missing, what follows is moved to its "
		"place. The result is a new file, verified in full before "
		"anything is said of it. The copies are only read.\n"
		"What cannot be mended is named, and each article that is lost "
		"listed by number, id and title; the exit code is 4 then, and "
		"the result has all that is intact. 'fiche merge --recover NEW "
		"RESULT' makes a sound archive of it.\n",
		"fiche repair news.fiche -o mended.fiche\n"
		"fiche repair disk1/news.fiche disk2/news.fiche -o news.fiche\n",
		1, 64, cmd_repair },
	[CMD_PROTECT] = {
		"protect", "ARCHIVE",
		"add parity, from which damage can be mended",
		"Appends parity (Reed-Solomon) of all that was added since the "
		"last time, as one more commit; nothing is rewritten. From "
		"then on 'fiche repair' brings back what a disk loses, from "
		"the archive alone:\n"
		"lite: half a percent of the file, scattered. std: 5 % "
		"scattered, or a hole of a sixteenth, wherever it is, and 1 % "
		"more. arch: 12 %, or a hole of an eighth and 3 %. Of more "
		"than a gigabyte the parts are of half to a whole one, and a "
		"hole is measured by such a part.\n"
		"'fiche pack' goes on to protect an archive that is "
		"protected. Parity is no second copy: it is in the same file. "
		"'fiche info' says what is protected.\n",
		"fiche protect news.fiche\n"
		"fiche protect --profile arch news.fiche\n"
		"fiche pack news.fiche scrape/ --parity std\n",
		1, 1, cmd_protect },
	[CMD_WITHDRAW] = {
		"withdraw", "ARCHIVE [ID|URL...]",
		"stop showing some articles, and keep them",
		"An article that is withdrawn is not listed, found, counted, "
		"shown or exported any more unless --withdrawn asks for it. "
		"Who asks for it by its id is told since when, by whom and "
		"why. Its bytes stay, and so do ids, proofs and checkpoints; "
		"copies of the archive keep it withdrawn. This is one more "
		"commit, and nothing is rewritten. To take the bytes out: "
		"fiche redact.\n"
		"An id names one article: another version of the same URL then "
		"takes its place. A URL names all its versions.\n",
		"fiche withdraw news.fiche 7f3c91ab --reason 'names a minor' "
		"--authority 'Ms Doe, editor'\n"
		"fiche withdraw news.fiche 7f3c91ab --undo\n"
		"fiche withdraw news.fiche --list\n",
		1, 0, cmd_withdraw },
	[CMD_REINDEX] = {
		"reindex", "ARCHIVE",
		"make the index of an archive anew",
		"Appends an index of everything, from the articles "
		"themselves, as one more commit; nothing is rewritten. This "
		"gives a keyword index to an archive that was packed with "
		"--index basic, and makes searching faster after many small "
		"appends. With --index basic the keyword index is left out "
		"from then on.\n",
		"fiche reindex news.fiche\n",
		1, 1, cmd_reindex },
	[CMD_KEYGEN] = {
		"keygen", "NAME",
		"make a key to sign archives with",
		"NAME says whose key it is, as in example.org/library. The "
		"private key (Ed25519) is for the signer alone; whoever has "
		"the public one, FILE.pub, can tell what was signed with "
		"it.\n",
		"fiche keygen example.org/library -o library.key\n",
		1, 1, cmd_keygen },
	[CMD_SIGN] = {
		"sign", "ARCHIVE",
		"vouch for what is in an archive now",
		"Verifies the archive, then writes a checkpoint: its "
		"identity, the number of records, and the head of the tree "
		"of their digests, signed with --key. These few lines can be "
		"published, printed and kept anywhere. 'fiche verify "
		"--against' holds the archive, as it is or as it grew, "
		"against them. A checkpoint that is there already must be "
		"one of the same archive with fewer records.\n",
		"fiche sign news.fiche --key library.key\n",
		1, 1, cmd_sign },
	[CMD_PROVE] = {
		"prove", "ARCHIVE ID|URL",
		"prove that an article is in an archive",
		"Writes a page of text that leads from the article to a "
		"checkpoint. With it, and with the record as 'fiche extract "
		"--raw' gives it, anyone can check that the article was in the "
		"archive when the checkpoint was signed, without the "
		"archive.\n",
		"fiche prove news.fiche 7f3c91ab -o article.proof\n",
		2, 2, cmd_prove },
	[CMD_CHECK_PROOF] = {
		"check-proof", "PROOF RECORD",
		"check what 'fiche prove' wrote",
		"RECORD is the file that was proved, byte for byte. With "
		"--key the signature of the checkpoint is checked as well. "
		"The exit code is 8 if the proof does not hold.\n",
		"fiche check-proof article.proof article.json --key "
		"library.key.pub\n",
		2, 2, cmd_check_proof },
	[CMD_MERGE] = {
		"merge", "ARCHIVE INPUT...",
		"make one archive of several, or add them to one",
		"Articles are taken from one input after the other; one that is "
		"there already is left out. Blocks of articles that are all "
		"new are copied as they are compressed, others are compressed "
		"anew without the articles that are known. Index, versions "
		"and shared texts are worked out again.\n"
		"What is damaged in an input is named and left out; the exit "
		"code is then 4. With --recover the inputs are scanned for "
		"intact articles.\n",
		"fiche merge all.fiche 2023.fiche 2024.fiche\n"
		"fiche merge --append all.fiche today.fiche\n",
		2, 0, cmd_merge },
	[CMD_COMPACT] = {
		"compact", "ARCHIVE",
		"write an archive anew, without what is not used any more",
		"The new archive has the same articles under the same numbers, "
		"in one commit; earlier states, replaced indexes and the "
		"remains of interrupted appends stay behind. Blocks are copied "
		"as they are compressed. With --dense or --level everything is "
		"put in order and compressed anew, as if it had been packed "
		"at once: that makes an archive of many small appends much "
		"smaller, and gives articles other numbers; ids stay.\n"
		"ARCHIVE itself is not changed.\n",
		"fiche compact news.fiche -o smaller.fiche\n"
		"fiche compact news.fiche -o small.fiche --level 19\n",
		1, 1, cmd_compact },
	[CMD_REDACT] = {
		"redact", "ARCHIVE ID...",
		"write an archive anew, without the bytes of some articles",
		"The new archive is the same one, with every other article "
		"under its number, so that checkpoints and proofs that were "
		"made of it stay valid. Of an article that was taken out, its "
		"id is left, the reason, and when that was; who asks for it is "
		"told so, and packing it again does not bring it back. Who "
		"can guess the exact record can still tell by its id that it "
		"was there.\n"
		"Nothing of it is left in blocks, dictionaries, index or free "
		"space. The new file gets its name only when it is verified "
		"and every other article was compared. ARCHIVE itself is not "
		"changed: to destroy it, with all copies, is up to you.\n"
		"If other articles have the same text, they are named and "
		"nothing is written: name them too, or use --keep-copies.\n",
		"fiche redact news.fiche 7f3c91ab -o new.fiche --reason 'court "
		"order 7 O 5/31'\n",
		2, 0, cmd_redact },
	[CMD_SPLIT] = {
		"split", "ARCHIVE",
		"make several archives of one",
		"Each article goes, with all its versions that belong there, "
		"into the part that its date, source or language tells; the "
		"place in the template, {month}, {year}, {source}, {language} "
		"or for sizes {n}, becomes its name: 2024-03, example.org, de, "
		"001. Articles without a date go to 'undated', without a "
		"source or language to 'none'; what no file name should hold "
		"becomes '-'. A size is met roughly.\n"
		"Blocks that belong to one part are copied as they are "
		"compressed, others are compressed anew. ARCHIVE itself is not "
		"changed; parts that are there already are not touched.\n",
		"fiche split news.fiche --by month -o 'news-{month}.fiche'\n"
		"fiche split news.fiche --by size=1GiB -o 'part-{n}.fiche'\n",
		1, 1, cmd_split },
	[CMD_DIFF] = {
		"diff", "FIRST SECOND",
		"tell what two archives do not have in common",
		"Prints '-' before articles that only the first has, '+' "
		"before those that only the second has, and '~' where both "
		"have the URL, but with other articles; every version counts. "
		"Exit code 0: both have the same articles, in whatever order. "
		"1: they differ.\n",
		"fiche diff monday.fiche tuesday.fiche\n"
		"fiche diff --json a.fiche b.fiche\n",
		2, 2, cmd_diff },
	[CMD_HELP] = {
		"help", "[COMMAND]",
		"explain a command, or all",
		"With --man the text is a manual page in roff.\n",
		"fiche help pack\n"
		"fiche help --man pack | man -l -\n",
		0, 1, cmd_help },
	[CMD_COMPLETION] = {
		"completion", "bash|zsh|fish",
		"print a completion script for a shell",
		"For bash: eval \"$(fiche completion bash)\". For zsh, save "
		"it as _fiche in a folder of $fpath. For fish, save it as "
		"~/.config/fish/completions/fiche.fish.\n",
		"eval \"$(fiche completion bash)\"\n",
		1, 1, cmd_completion },
};

const struct exit_row exit_rows[] = {
	{ 0, "done, nothing wrong" },
	{ 1, "nothing matched, or there are differences" },
	{ 2, "the command line is wrong" },
	{ 3, "done, but some inputs or records were left out" },
	{ 4, "the archive is damaged" },
	{ 5, "a file cannot be read or written" },
	{ 6, "not an archive, one that needs a newer program, or without "
	     "keyword index" },
	{ 7, "another program is writing to the archive" },
	{ 8, "a signature is wrong" },
	{ 9, "out of memory, or over a limit" },
	{ 130, "stopped by Ctrl-C; 128 and the signal's number in general" },
};
/* clang-format on */
const size_t exit_row_count = sizeof(exit_rows) / sizeof(*exit_rows);

const struct command_row *command_find(const char *name)
{
	for (size_t i = 0; i < CMD_COUNT; i++)
		if (strcmp(command_rows[i].name, name) == 0)
			return &command_rows[i];
	return NULL;
}

enum command_id command_id_of(const struct command_row *c)
{
	return (enum command_id)(c - command_rows);
}

bool option_applies(const struct option_row *o, const struct command_row *c)
{
	unsigned bit = c ? 1u << command_id_of(c) : PROGRAM;

	return (o->commands & bit) != 0;
}

bool option_has_words(const struct option_row *o)
{
	return o->value && strchr(o->value, '|') && o->value[0] >= 'a';
}
