/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options.h - the one table of commands and options.
 *
 * What getopt accepts, what --help says, the manual pages and the completions
 * of three shells are all made from it, so they cannot disagree.
 */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct args;
struct tool;

enum command_id {
	CMD_PACK,
	CMD_SEARCH,
	CMD_LIST,
	CMD_SHOW,
	CMD_EXTRACT,
	CMD_EXPORT,
	CMD_INFO,
	CMD_VERIFY,
	CMD_REPAIR,
	CMD_PROTECT,
	CMD_WITHDRAW,
	CMD_REINDEX,
	CMD_KEYGEN,
	CMD_SIGN,
	CMD_PROVE,
	CMD_CHECK_PROOF,
	CMD_MERGE,
	CMD_COMPACT,
	CMD_REDACT,
	CMD_SPLIT,
	CMD_DIFF,
	CMD_HELP,
	CMD_COMPLETION,
	CMD_COUNT,
};

/* A set of commands. */
#define IN(name) (1u << CMD_##name)

/* Above every character, so that getopt can answer with either. */
enum option_id {
	OPT_HELP = 256,
	OPT_QUIET,
	OPT_PROGRESS,
	OPT_COLOR,
	OPT_ID,
	OPT_URL,
	OPT_SOURCE,
	OPT_TAG,
	OPT_AUTHOR,
	OPT_LANG,
	OPT_DATE,
	OPT_FROM,
	OPT_TO,
	OPT_LATEST,
	OPT_FIRST,
	OPT_ALL_VERSIONS,
	OPT_AT,
	OPT_SORT,
	OPT_REVERSE,
	OPT_LIMIT,
	OPT_COMMIT,
	OPT_RECOVER,
	OPT_APPEND,
	OPT_INDEX,
	OPT_LEVEL,
	OPT_PROFILE,
	OPT_PARITY,
	OPT_THREADS,
	OPT_DEFAULT,
	OPT_MAP,
	OPT_PRESET,
	OPT_DATE_ORDER,
	OPT_ASSUME_TZ,
	OPT_REQUIRE,
	OPT_STRICT,
	OPT_EXPLAIN,
	OPT_CHECKPOINT,
	OPT_REJECTS,
	OPT_WARC,
	OPT_MAX_UNPACKED,
	OPT_MAX_RATIO,
	OPT_MAX_MEMBERS,
	OPT_RECORDS_AT,
	OPT_TABLE,
	OPT_DRY_RUN,
	OPT_GIVE_UP_COMMIT,
	OPT_UUID,
	OPT_TIME,
	OPT_OFFSET,
	OPT_COUNT,
	OPT_SNIPPETS,
	OPT_NO_SNIPPETS,
	OPT_CONTEXT,
	OPT_FACET,
	OPT_HISTOGRAM,
	OPT_STEM,
	OPT_EXACT,
	OPT_SCAN,
	OPT_JSON,
	OPT_FORMAT,
	OPT_FIELDS,
	OPT_SHORT,
	OPT_NULL,
	OPT_DIGEST,
	OPT_RAW,
	OPT_META,
	OPT_FORCE,
	OPT_AS,
	OPT_OUTPUT,
	OPT_DENSE,
	OPT_REASON,
	OPT_AUTHORITY,
	OPT_KEEP_COPIES,
	OPT_BY,
	OPT_DIRECTORY,
	OPT_OVERWRITE,
	OPT_SKIP_EXISTING,
	OPT_EXPORT_TO,
	OPT_PARTITION,
	OPT_COMPRESS,
	OPT_EXCEL,
	OPT_KEEP_GOING,
	OPT_NAMES,
	OPT_QUICK,
	OPT_KEY,
	OPT_AGAINST,
	OPT_CHECKPOINT_FILE,
	OPT_STATUS,
	OPT_WITHDRAWN,
	OPT_UNDO,
	OPT_LIST,
	OPT_MAN,
	OPT_VERSION,
};

enum option_group {
	GROUP_OWN,     /* of the command alone */
	GROUP_SELECT,  /* which articles */
	GROUP_ARCHIVE, /* which state of the archive */
	GROUP_GENERAL,
	GROUP_COUNT,
};

struct option_row {
	enum option_id id;
	const char *name;  /* without the dashes */
	char letter;       /* or 0 */
	const char *value; /* name of its value, or words joined by '|';
	                    * NULL: takes none */
	unsigned commands; /* set of IN(...) */
	enum option_group group;
	const char *help;
};

struct command_row {
	const char *name;
	const char *operands; /* as in a synopsis */
	const char *summary;  /* one line */
	const char *text;     /* paragraphs, each ended by a newline */
	const char *examples; /* lines, each ended by a newline */
	size_t least, most;   /* operands; most 0: no bound */
	int (*run)(struct tool *t, const struct args *args);
};

struct exit_row {
	int code;
	const char *meaning;
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;
extern const struct command_row command_rows[CMD_COUNT];
extern const char *const option_group_names[GROUP_COUNT];
extern const struct exit_row exit_rows[];
extern const size_t exit_row_count;

/* NULL when there is no such command. */
const struct command_row *command_find(const char *name);
enum command_id command_id_of(const struct command_row *c);
/* Does this row belong to the command (NULL: to fiche itself)? */
bool option_applies(const struct option_row *o, const struct command_row *c);
/* Is its value one of a list of words? */
bool option_has_words(const struct option_row *o);

#endif
