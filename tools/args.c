/* SPDX-License-Identifier: Apache-2.0 */
/* args.c - a command line, taken apart; see args.h. */

#include "args.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"
#include "suggest.h"

/* What getopt_long() wants to know, made from the table for one command. */
struct grammar {
	struct option *longs;
	struct str shorts;
};

static int grammar_init(struct grammar *g, const struct command_row *c)
{
	size_t n = 0;

	*g = (struct grammar){ 0 };
	g->longs = calloc(option_row_count + 1, sizeof(*g->longs));
	if (!g->longs)
		return -1;
	/* The colon: a value left out is told apart from a wrong option. */
	str_char(&g->shorts, ':');
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *o = &option_rows[i];

		if (!option_applies(o, c))
			continue;
		/* val is the row, not the id: --since and --from differ. */
		g->longs[n++] = (struct option){
			.name = o->name,
			.has_arg = o->value ? required_argument : no_argument,
			.val = 256 + (int)i,
		};
		if (o->letter) {
			str_char(&g->shorts, o->letter);
			if (o->value)
				str_char(&g->shorts, ':');
		}
	}
	return str_ok(&g->shorts) ? 0 : -1;
}

static void grammar_done(struct grammar *g)
{
	free(g->longs);
	str_done(&g->shorts);
}

static const struct option_row *row_of(const struct command_row *c, int val)
{
	if (val >= 256)
		return &option_rows[val - 256];
	for (size_t i = 0; i < option_row_count; i++)
		if (option_rows[i].letter == val && val != 0 &&
		    option_applies(&option_rows[i], c))
			return &option_rows[i];
	return NULL;
}

static int unknown_long(struct tool *t, const struct command_row *c,
                        const char *word)
{
	struct suggest s;
	struct str name = { 0 };
	size_t fits = 0;
	int r;

	str_put(&name, word, strcspn(word, "="));
	suggest_init(&s, str_get(&name) + 2);
	for (size_t i = 0; i < option_row_count; i++) {
		if (!option_applies(&option_rows[i], c))
			continue;
		suggest_offer(&s, option_rows[i].name);
		fits += strncmp(option_rows[i].name, str_get(&name) + 2,
		                name.len - 2) == 0;
	}
	if (fits > 1)
		r = usage(t, "option '%s' may mean several", str_get(&name));
	else if (s.best)
		r = usage(t, "unknown option '%s' (did you mean --%s?)",
		          str_get(&name), s.best);
	else
		r = usage(t, "unknown option '%s'", str_get(&name));
	str_done(&name);
	return r;
}

/* What getopt_long() answered with '?' or ':'. */
static int complaint(struct tool *t, const struct command_row *c, int answer,
                     const char *word)
{
	const struct option_row *o = optopt ? row_of(c, optopt) : NULL;

	if (answer == ':' && o)
		return usage(t, "option '%s' needs a value (%s)", word,
		             o->value);
	if (o && optopt >= 256)
		return usage(t, "option '--%s' takes no value", o->name);
	if (optopt == 0 && strncmp(word, "--", 2) == 0)
		return unknown_long(t, c, word);
	return usage(t, "unknown option '-%c'", optopt);
}

/* Is the value one of the words that the table offers? */
static int check_words(struct tool *t, const struct option_row *o,
                       const char *value)
{
	const char *p = o->value;
	size_t len;

	for (;;) {
		len = strcspn(p, "|");
		if (strlen(value) == len && memcmp(p, value, len) == 0)
			return 0;
		if (p[len] == '\0')
			break;
		p += len + 1;
	}
	return usage(t, "--%s: '%s' is none of %s", o->name, value, o->value);
}

static int check_operands(struct tool *t, const struct args *a)
{
	const struct command_row *c = a->command;

	if (a->operand_count < c->least)
		return usage(t, "%s missing (usage: fiche %s %s)",
		             a->operand_count == 0 && c->operands[0] == 'A'
		                     ? "the archive is"
		                     : "something is",
		             c->name, c->operands);
	if (c->most > 0 && a->operand_count > c->most)
		return usage(t, "'%s' is one too many (usage: fiche %s %s)",
		             a->operands[c->most], c->name, c->operands);
	return 0;
}

int args_parse(struct args *out, struct tool *t, const struct command_row *c,
               int argc, char **argv)
{
	struct grammar g;
	size_t most = 1;
	int val, r = 0;

	*out = (struct args){ .command = c };
	/* One word may hold several letters: -0sq. */
	for (int i = 1; i < argc; i++)
		most += strlen(argv[i]) + 1;
	out->list = calloc(most, sizeof(*out->list));
	if (grammar_init(&g, c) < 0 || !out->list) {
		r = out_of_memory(t);
		goto out;
	}
	opterr = 0;
	optind = 1;
	for (;;) {
		const struct option_row *o;

		optopt = 0;
		val = getopt_long(argc, argv, str_get(&g.shorts), g.longs,
		                  NULL);
		if (val == -1)
			break;
		if (val == '?' || val == ':') {
			r = complaint(t, c, val, argv[optind - 1]);
			goto out;
		}
		o = row_of(c, val);
		if (o->id == OPT_HELP) {
			out->help = true;
			goto out;
		}
		if (option_has_words(o)) {
			r = check_words(t, o, optarg);
			if (r != 0)
				goto out;
		}
		if (o->id == OPT_QUIET)
			t->quiet = true;
		out->list[out->count++] =
			(struct arg){ o->id, o->name, optarg };
	}
	out->operands = argv + optind;
	out->operand_count = (size_t)(argc - optind);
	if (c)
		r = check_operands(t, out);
out:
	grammar_done(&g);
	return r;
}

void args_done(struct args *a)
{
	free(a->list);
	*a = (struct args){ 0 };
}

bool args_have(const struct args *a, enum option_id id)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].id == id)
			return true;
	return false;
}

const char *args_value(const struct args *a, enum option_id id)
{
	for (size_t i = a->count; i > 0; i--)
		if (a->list[i - 1].id == id)
			return a->list[i - 1].value;
	return NULL;
}
