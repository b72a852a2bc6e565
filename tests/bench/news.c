/* SPDX-License-Identifier: Apache-2.0 */
/*
 * news.c - made-up news.
 *
 * All chance comes from one number for each article, so an article depends on
 * its place, the count and the seed, not on what was made before it.
 */

#include "news.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORDS        262144
#define ZIPF_WORDS   1.07
#define TOPICS       2000
#define TOPIC_WORDS  64
#define TOPIC_NAMES  4
#define TOPIC_TAGS   10 /* TOPICS x TOPIC_TAGS are all of them */
#define TAGS         (TOPICS * TOPIC_TAGS)
#define CURRENT      20 /* topics that are in the news at a time */
#define SOURCES      200
#define AUTHORS_EACH 25 /* of a source */
#define BODY_MEDIAN  250.0
#define BODY_SIGMA   0.75
#define BODY_MAX     5000       /* words */
#define LINE_MAX     131072     /* BODY_MAX of the longest words and the rest */
#define FIRST_SECOND 1262304000 /* 2010-01-01 */
#define SPAN         (5479 * 86400ULL) /* fifteen years */
#define JITTER       (6 * 86400ULL)    /* how far out of order they come */

/* Walker's alias method: one draw, one look into the table. */
struct chance {
	uint32_t limit; /* below it: this one, from there on: the other */
	uint32_t other;
};

struct word {
	char text[15];
	uint8_t len;
};

struct topic {
	uint32_t words[TOPIC_WORDS];
	uint32_t names[TOPIC_NAMES][2];
};

struct news {
	uint64_t count, next, seed;
	uint64_t chance; /* of the article in work */
	struct chance words[WORDS], tags[TAGS], sources[SOURCES];
	struct word word[WORDS]; /* the most frequent first */
	struct topic topic[TOPICS];
	char line[LINE_MAX];
	size_t len;
};

/* splitmix64 */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
	z = (z ^ z >> 27) * 0x94D049BB133111EB;
	return z ^ z >> 31;
}

static uint32_t draw_below(uint64_t *state, uint32_t end)
{
	return (uint32_t)((draw(state) >> 32) * end >> 32);
}

/* Low numbers more often than high ones. */
static uint32_t draw_skewed(uint64_t *state, uint32_t end)
{
	return draw_below(state, draw_below(state, end) + 1);
}

static uint32_t draw_chance(uint64_t *state, const struct chance *c,
                            uint32_t count)
{
	uint64_t r = draw(state);
	uint32_t i = (uint32_t)((r >> 32) * count >> 32);

	return (uint32_t)r < c[i].limit ? i : c[i].other;
}

/* Shares of k^-exponent for k = 1 to count, by Vose's way; -1: no memory. */
static int set_zipf(struct chance *c, uint32_t count, double exponent)
{
	double *share = malloc(count * sizeof(*share)), sum = 0;
	uint32_t *stack = malloc(count * sizeof(*stack));
	uint32_t poor = 0, rich = count, p, q;

	if (!share || !stack) {
		free(share);
		free(stack);
		return -1;
	}
	for (uint32_t i = 0; i < count; i++)
		sum += share[i] = pow(i + 1.0, -exponent);
	/* The poor from the left, the rich from the right. */
	for (uint32_t i = 0; i < count; i++) {
		share[i] *= count / sum;
		stack[share[i] < 1 ? poor++ : --rich] = i;
		c[i] = (struct chance){ UINT32_MAX, i };
	}
	while (poor > 0 && rich < count) {
		p = stack[--poor];
		q = stack[rich];
		c[p].limit = (uint32_t)(share[p] * UINT32_MAX);
		c[p].other = q;
		share[q] -= 1 - share[p];
		if (share[q] < 1) {
			rich++;
			stack[poor++] = q;
		}
	}
	free(share);
	free(stack);
	return 0;
}

/*
 * Syllables end with a vowel, endings have none: so different numbers make
 * different words, and many words begin alike.
 */
static void make_word(struct word *w, uint32_t stem, unsigned syllables,
                      unsigned ending)
{
	static const char onsets[16][3] = { "b", "c", "d",  "f", "g", "k",
		                            "l", "m", "n",  "p", "r", "s",
		                            "t", "v", "st", "tr" };
	static const char endings[6][3] = { "", "s", "n", "r", "l", "nt" };
	int len = 0;

	for (unsigned i = 0; i < syllables; i++) {
		len += snprintf(w->text + len, sizeof(w->text) - (size_t)len,
		                "%s%c", onsets[stem % 80 / 5],
		                "aeiou"[stem % 5]);
		stem /= 80;
	}
	len += snprintf(w->text + len, sizeof(w->text) - (size_t)len, "%s",
	                endings[ending]);
	w->len = (uint8_t)len;
}

/* Frequent words are short.  The factors have no divisor in common with the
 * number of stems, so no stem comes twice with the same ending. */
static void make_words(struct word *words)
{
	const uint32_t one = 80, two = one + 6400, stems = 43000;

	for (uint32_t i = 0; i < WORDS; i++) {
		if (i < one)
			make_word(&words[i], i * 37 % 80, 1, i % 6);
		else if (i < two)
			make_word(&words[i], (i - one) * 2477 % 6400, 2, i % 6);
		else
			make_word(&words[i], (i - two) % stems * 3907 % 512000,
			          3, (i - two) / stems);
	}
}

static void make_topics(struct news *n)
{
	uint64_t state = n->seed ^ 0x746F70696373;
	struct topic *t;

	for (uint32_t i = 0; i < TOPICS; i++) {
		t = &n->topic[i];
		/* The commonest words belong to no topic. */
		for (uint32_t j = 0; j < TOPIC_WORDS; j++)
			do
				t->words[j] =
					draw_chance(&state, n->words, WORDS);
			while (t->words[j] < 300);
		for (uint32_t j = 0; j < TOPIC_NAMES; j++) {
			t->names[j][0] = 500 + draw_below(&state, 2000);
			t->names[j][1] = 2500 + draw_below(&state, 60000);
		}
	}
}

static void put(struct news *n, const char *text, size_t len)
{
	memcpy(n->line + n->len, text, len);
	n->len += len;
}

static void put_text(struct news *n, const char *text)
{
	put(n, text, strlen(text));
}

static void put_word(struct news *n, uint32_t rank)
{
	put(n, n->word[rank].text, n->word[rank].len);
}

static void put_capital(struct news *n, uint32_t rank)
{
	char *first = n->line + n->len;

	put_word(n, rank);
	*first = (char)(*first - 'a' + 'A');
}

static void put_name(struct news *n, const uint32_t name[2])
{
	put_capital(n, name[0]);
	put_text(n, " ");
	put_capital(n, name[1]);
}

static void put_number(struct news *n, uint64_t number)
{
	char text[24];

	put(n, text,
	    (size_t)snprintf(text, sizeof(text), "%llu",
	                     (unsigned long long)number));
}

/* A word that most likely no other article has. */
static void put_odd(struct news *n)
{
	struct word w;

	make_word(&w, draw_below(&n->chance, 80 * 80 * 80 * 80), 4, 0);
	put(n, w.text, w.len);
}

/* A word of the topic or of the language, a name, a number. */
static void put_any(struct news *n, const struct topic *t, bool capital)
{
	uint32_t kind = draw_below(&n->chance, 1000);
	uint32_t rank;

	if (kind < 3) {
		put_odd(n);
		return;
	}
	if (kind < 12) {
		put_number(n, draw_skewed(&n->chance, 3000));
		return;
	}
	if (kind < 40) {
		put_name(n, t->names[draw_skewed(&n->chance, TOPIC_NAMES)]);
		return;
	}
	rank = kind < 240 ? t->words[draw_skewed(&n->chance, TOPIC_WORDS)]
	                  : draw_chance(&n->chance, n->words, WORDS);
	if (capital)
		put_capital(n, rank);
	else
		put_word(n, rank);
}

static uint32_t put_sentence(struct news *n, const struct topic *t)
{
	uint32_t words = 6 + draw_below(&n->chance, 20);

	for (uint32_t i = 0; i < words; i++) {
		put_any(n, t, i == 0);
		if (i + 1 < words && draw_below(&n->chance, 12) == 0)
			put_text(n, ",");
		put_text(n, i + 1 < words ? " " : ".");
	}
	return words;
}

static void put_body(struct news *n, const struct topic *t)
{
	double gauss = -6;
	uint32_t words, sentences = 0;

	/* Twelve of [0, 1) less six are as good as a bell. */
	for (int i = 0; i < 12; i++)
		gauss += (double)draw_below(&n->chance, 1 << 24) / (1 << 24);
	gauss = BODY_MEDIAN * exp(BODY_SIGMA * gauss);
	words = gauss < BODY_MAX ? (uint32_t)gauss : BODY_MAX;
	for (uint32_t at = 0; at < words;) {
		if (sentences++ > 0)
			put_text(n, sentences % 5 == 0 ? "\\n\\n" : " ");
		at += put_sentence(n, t);
	}
}

static void put_title(struct news *n, const struct topic *t)
{
	uint32_t words = 3 + draw_below(&n->chance, 5);

	put_name(n, t->names[draw_skewed(&n->chance, TOPIC_NAMES)]);
	for (uint32_t i = 0; i < words; i++) {
		put_text(n, " ");
		put_word(
			n,
			draw_below(&n->chance, 2) == 0
				? t->words[draw_skewed(&n->chance, TOPIC_WORDS)]
				: draw_chance(&n->chance, n->words, WORDS));
	}
}

static void put_tag(struct news *n, uint32_t tag)
{
	put_text(n, "\"");
	if (tag % 3 == 0) {
		put_word(n, 480 + tag * 7 % 6400);
		put_text(n, " ");
	}
	put_word(n, 480 + tag);
	put_text(n, "\"");
}

static void put_tags(struct news *n, uint32_t topic)
{
	uint32_t first = draw_skewed(&n->chance, TOPIC_TAGS - 2);

	for (uint32_t i = 0; i < 3; i++) {
		put_tag(n, topic * TOPIC_TAGS + first + i);
		put_text(n, ", ");
	}
	put_tag(n, draw_chance(&n->chance, n->tags, TAGS));
	put_text(n, ", ");
	put_tag(n, draw_chance(&n->chance, n->tags, TAGS));
}

/* They come in the order of time, a few days more or less. */
static void set_time(const struct news *n, struct tm *tm)
{
	uint64_t state = n->seed + n->next;
	uint64_t place = (uint64_t)((double)n->next / (double)n->count * SPAN);
	time_t when = (time_t)(FIRST_SECOND + place + draw(&state) % JITTER);

	gmtime_r(&when, tm);
}

static void put_source(struct news *n, uint32_t source)
{
	put_word(n, 500 + source);
	put_text(n, ".example");
}

/* Half of the news is about what is current, half about anything. */
static uint32_t draw_topic(struct news *n)
{
	uint32_t now = (uint32_t)((double)n->next / (double)n->count * TOPICS);

	if (draw_below(&n->chance, 2) == 0)
		return draw_skewed(&n->chance, TOPICS);
	return (now + draw_skewed(&n->chance, CURRENT)) % TOPICS;
}

static void put_head(struct news *n, const struct topic *t, uint32_t source)
{
	static const char languages[8][3] = { "en", "en", "en", "de",
		                              "pt", "ru", "fr", "es" };
	struct tm tm;
	uint32_t author =
		source * AUTHORS_EACH + draw_skewed(&n->chance, AUTHORS_EACH);

	set_time(n, &tm);
	put_text(n, "{\"id\": \"");
	put_number(n, n->next);
	put_text(n, "\", \"url\": \"https://");
	put_source(n, source);
	n->len += strftime(n->line + n->len, 32, "/%Y/%m/%d/", &tm);
	put_word(n, t->words[draw_skewed(&n->chance, TOPIC_WORDS)]);
	put_text(n, "-");
	put_number(n, n->next);
	put_text(n, "\", \"title\": \"");
	put_title(n, t);
	n->len += strftime(n->line + n->len, 64,
	                   "\", \"date\": \"%Y-%m-%dT%H:%M:%SZ", &tm);
	put_text(n, "\", \"source\": \"");
	put_source(n, source);
	put_text(n, "\", \"lang\": \"");
	put_text(n, languages[source % 8]);
	put_text(n, "\", \"author\": \"");
	put_name(n, (const uint32_t[2]){ 500 + author % 700, 3000 + author });
}

struct news *news_new(uint64_t count, uint64_t seed)
{
	struct news *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->count = count;
	n->seed = seed;
	if (set_zipf(n->words, WORDS, ZIPF_WORDS) < 0 ||
	    set_zipf(n->tags, TAGS, 1.0) < 0 ||
	    set_zipf(n->sources, SOURCES, 1.0) < 0) {
		free(n);
		return NULL;
	}
	make_words(n->word);
	make_topics(n);
	return n;
}

const char *news_next(struct news *n, size_t *len)
{
	uint32_t topic;

	if (n->next == n->count)
		return NULL;
	n->len = 0;
	n->chance = n->seed * 0xD1342543DE82EF95 + n->next * 0x2545F4914F6CDD1D;
	topic = draw_topic(n);
	put_head(n, &n->topic[topic],
	         draw_chance(&n->chance, n->sources, SOURCES));
	put_text(n, "\", \"keywords\": [");
	put_tags(n, topic);
	put_text(n, "], \"body\": \"");
	put_body(n, &n->topic[topic]);
	put_text(n, "\"}\n");
	n->next++;
	*len = n->len;
	return n->line;
}

void news_free(struct news *n)
{
	free(n);
}
