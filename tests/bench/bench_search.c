/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_search.c - how fast one process finds articles by their words.
 *
 *   bench_search [--json] [ARCHIVE]
 *
 * What is searched for comes from the archive itself (pick.h).  Without an
 * archive one of 50,000 made-up articles is made.  Through the public headers
 * only.  Prints a table in milliseconds, or with --json one object a line in
 * seconds of a monotonic clock.  Each search includes reading the query.
 */

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fiche/fiche.h"
#include "fiche/search.h"

#include "news.h"
#include "pick.h"

#define ARTICLES 50000
#define RUNS_MAX 200
#define RUNS_MIN 5   /* even if it takes longer than the budget */
#define BUDGET   2.0 /* seconds of one line of the table */
#define THREADS  2

struct bench {
	struct fiche_reader *reader;
	struct picks *picks;
	bool json;
};

/* All runs of one line. */
struct runs {
	size_t count;
	double seconds[RUNS_MAX];
	uint64_t matches[RUNS_MAX];
	double sum;
};

static int failed(const char *what, const struct fiche_error *err)
{
	fprintf(stderr, "bench_search: %s: %s\n", what, err->text);
	return -1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int ascending_count(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool is_enough(const struct runs *r, size_t wanted)
{
	return r->count == wanted || (r->count >= RUNS_MIN && r->sum > BUDGET);
}

static void keep(struct runs *r, double seconds, uint64_t matches)
{
	r->seconds[r->count] = seconds;
	r->matches[r->count++] = matches;
	r->sum += seconds;
}

static void print_head(const struct bench *b)
{
	if (!b->json)
		printf("%-28s %5s %10s %10s %10s %10s\n", "", "runs", "matches",
		       "median ms", "min", "max");
}

static void print_runs(const struct bench *b, const char *name, struct runs *r)
{
	double median;
	uint64_t matches;

	if (r->count == 0)
		return;
	qsort(r->seconds, r->count, sizeof(*r->seconds), ascending);
	qsort(r->matches, r->count, sizeof(*r->matches), ascending_count);
	median = r->seconds[r->count / 2];
	matches = r->matches[r->count / 2];
	if (b->json)
		printf("{\"name\":\"%s\",\"runs\":%zu,\"matches\":%" PRIu64
		       ",\"median\":%.9f,\"min\":%.9f,\"max\":%.9f}\n",
		       name, r->count, matches, median, r->seconds[0],
		       r->seconds[r->count - 1]);
	else
		printf("%-28s %5zu %10" PRIu64 " %10.3f %10.3f %10.3f\n", name,
		       r->count, matches, median * 1e3, r->seconds[0] * 1e3,
		       r->seconds[r->count - 1] * 1e3);
}

/* *out may be NULL; *matches is what the search could tell. */
static int search(struct fiche_reader *reader, const char *text,
                  const struct fiche_search_options *opt,
                  struct fiche_hits **out, uint64_t *matches,
                  struct fiche_error *err)
{
	struct fiche_query *q;
	struct fiche_hits *hits = NULL;
	bool exact;
	int r = fiche_query_parse(&q, text, strlen(text), err);

	if (r < 0)
		return r;
	r = fiche_search(&hits, &reader, 1, q, opt, err);
	fiche_query_free(q);
	if (r < 0)
		return r;
	*matches = fiche_hits_total(hits, &exact);
	if (out)
		*out = hits;
	else
		fiche_hits_free(hits);
	return 0;
}

/* Each query in turn, after a warm-up, until there are enough runs. */
static int measure(const struct bench *b, const char *name,
                   const struct pick_list *list, size_t queries,
                   const struct fiche_search_options *opt)
{
	struct runs runs = { 0 };
	struct fiche_error err;
	uint64_t matches = 0;
	size_t count = queries < list->count ? queries : list->count;
	double begin;
	int r = 0;

	if (count > 0)
		r = search(b->reader, list->text[0], opt, NULL, &matches, &err);
	while (r == 0 && count > 0 && !is_enough(&runs, PICK_MAX)) {
		begin = now();
		r = search(b->reader, list->text[runs.count % count], opt, NULL,
		           &matches, &err);
		keep(&runs, now() - begin, matches);
	}
	if (r < 0)
		return failed(name, &err);
	print_runs(b, name, &runs);
	return 0;
}

static int bench_words(const struct bench *b)
{
	const struct fiche_search_options words = { .total = FICHE_TOTAL_WORDS,
		                                    .limit = 10 };
	const struct fiche_search_options any = { .limit = 10 };
	const struct picks *p = b->picks;
	const struct {
		const char *name;
		const struct pick_list *list;
		size_t queries;
		const struct fiche_search_options *opt;
	} lines[] = {
		{ "rare word", &p->rare, PICK_MAX, &any },
		{ "middling word", &p->middle, PICK_MAX, &any },
		{ "commonest word", &p->common, 1, &any },
		{ "rare AND common", &p->rare_common, PICK_MAX, &any },
		{ "middling AND middling", &p->middle_middle, PICK_MAX, &any },
		{ "common AND common", &p->common_common, PICK_MAX, &any },
		{ "OR of 4 middling", &p->or_middle, PICK_MAX, &any },
		{ "OR of 4 common", &p->or_common, PICK_MAX, &any },
		{ "prefix", &p->prefix, PICK_MAX, &any },
		{ "phrase of common words", &p->phrase, PICK_MAX, &words },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (measure(b, lines[i].name, lines[i].list, lines[i].queries,
		            lines[i].opt) < 0)
			return -1;
	return 0;
}

struct most {
	char name[256];
	uint64_t records;
};

static int keep_most(void *ctx, struct fiche_text name, uint64_t records)
{
	struct most *most = ctx;

	if (records > most->records && name.len < sizeof(most->name)) {
		memcpy(most->name, name.ptr, name.len);
		most->name[name.len] = '\0';
		most->records = records;
	}
	return 0;
}

/* The commonest words in the largest source, in the middle third of time. */
static int bench_filter(const struct bench *b)
{
	struct fiche_selection only;
	struct fiche_search_options opt = { .selection = &only, .limit = 10 };
	struct fiche_survey survey;
	struct fiche_error err;
	struct most most = { 0 };
	const char *source = most.name;

	if (fiche_reader_names(b->reader, 's', keep_most, &most, &err) < 0 ||
	    fiche_reader_survey(b->reader, &survey, &err) < 0)
		return failed("names", &err);
	fiche_selection_init(&only);
	if (most.records > 0) {
		only.sources = &source;
		only.source_count = 1;
	}
	if (survey.dated > 0) {
		only.from = survey.first_date +
		            (survey.last_date - survey.first_date) / 3;
		only.to = survey.last_date -
		          (survey.last_date - survey.first_date) / 3 + 1;
	}
	return measure(b, "common, of a source and time", &b->picks->common,
	               PICK_MAX, &opt);
}

static int bench_order(const struct bench *b)
{
	const struct fiche_search_options newest = { .rank = FICHE_RANK_NEWEST,
		                                     .limit = 10 };
	const struct fiche_search_options exact = { .total = FICHE_TOTAL_EXACT,
		                                    .limit = 1 };

	if (measure(b, "middling word, newest", &b->picks->middle, PICK_MAX,
	            &newest) < 0 ||
	    measure(b, "commonest word, newest", &b->picks->common, 1,
	            &newest) < 0)
		return -1;
	return measure(b, "commonest word, counted", &b->picks->common, 1,
	               &exact);
}

static int take_name(void *ctx, struct fiche_text name, uint64_t matches)
{
	(void)ctx, (void)name, (void)matches;
	return 0;
}

static int take_unit(void *ctx, int64_t begin, uint64_t matches)
{
	(void)ctx, (void)begin, (void)matches;
	return 0;
}

/* `field` 0: the histogram. */
static int count_by(const struct fiche_hits *h, char field,
                    struct fiche_error *err)
{
	uint64_t rest;

	if (field)
		return fiche_hits_facet(h, field, 20, take_name, NULL, &rest,
		                        err);
	return fiche_hits_histogram(h, FICHE_UNIT_MONTH, take_unit, NULL, &rest,
	                            err);
}

static int bench_counts(const struct bench *b)
{
	static const struct {
		const char *name;
		char field;
	} lines[] = {
		{ "  sources of these", 's' },
		{ "  tags of these", 't' },
		{ "  authors of these", 'a' },
		{ "  months of these", 0 },
	};
	const struct fiche_search_options exact = { .total = FICHE_TOTAL_EXACT,
		                                    .limit = 1 };
	struct fiche_error err;
	struct fiche_hits *hits;
	uint64_t matches;
	double begin;
	int r = search(b->reader, b->picks->common.text[0], &exact, &hits,
	               &matches, &err);

	if (r < 0)
		return failed("count", &err);
	for (size_t i = 0; r == 0 && i < sizeof(lines) / sizeof(*lines); i++) {
		struct runs runs = { 0 };

		r = count_by(hits, lines[i].field, &err);
		while (r == 0 && !is_enough(&runs, 50)) {
			begin = now();
			r = count_by(hits, lines[i].field, &err);
			keep(&runs, now() - begin, matches);
		}
		if (r < 0)
			failed(lines[i].name, &err);
		else
			print_runs(b, lines[i].name, &runs);
	}
	fiche_hits_free(hits);
	return r;
}

/* One thread of searches: middling words and pairs. */
struct searcher {
	const struct bench *bench;
	pthread_t thread;
	uint64_t searches;
	int result;
};

static void *search_on(void *ctx)
{
	const struct fiche_search_options any = { .limit = 10 };
	struct searcher *s = ctx;
	const struct picks *p = s->bench->picks;
	const struct pick_list *list;
	struct fiche_error err;
	uint64_t matches;
	double end = now() + BUDGET;

	for (uint64_t i = 0; s->result == 0 && now() < end; i++) {
		list = i % 2 == 0 || p->middle_middle.count == 0
		               ? &p->middle
		               : &p->middle_middle;
		if (list->count == 0)
			list = &p->common;
		s->result = search(s->bench->reader,
		                   list->text[i / 2 % list->count], &any, NULL,
		                   &matches, &err);
		s->searches++;
	}
	if (s->result < 0)
		failed("thread", &err);
	return NULL;
}

/* All threads share the reader. */
static int bench_threads(const struct bench *b, size_t threads)
{
	struct searcher s[THREADS] = { 0 };
	double begin = now(), took;
	uint64_t searches = 0;
	size_t started = 0;
	int r = 0;

	for (; started < threads; started++) {
		s[started].bench = b;
		if (pthread_create(&s[started].thread, NULL, search_on,
		                   &s[started]) != 0)
			break;
	}
	for (size_t i = 0; i < started; i++) {
		pthread_join(s[i].thread, NULL);
		searches += s[i].searches;
		r = s[i].result < 0 ? s[i].result : r;
	}
	took = now() - begin;
	if (r < 0 || started < threads)
		return -1;
	if (b->json)
		printf("{\"name\":\"throughput\",\"threads\":%zu,"
		       "\"searches\":%" PRIu64
		       ",\"seconds\":%.6f,\"per_second\":%.0f}\n",
		       threads, searches, took, (double)searches / took);
	else
		printf("%.0f searches a second by %zu thread%s\n",
		       (double)searches / took, threads,
		       threads == 1 ? "" : "s");
	return 0;
}

static int bench_open(const struct bench *b, const char *path)
{
	const struct fiche_search_options any = { .limit = 10 };
	const struct pick_list *list = &b->picks->middle;
	struct runs runs = { 0 };
	struct fiche_error err;
	struct fiche_reader *reader;
	uint64_t matches = 0;
	double begin;
	int r = 0;

	if (list->count == 0)
		list = &b->picks->common;
	while (r == 0 && !is_enough(&runs, PICK_MAX)) {
		begin = now();
		r = fiche_reader_open(&reader, path, NULL, &err);
		if (r < 0)
			break;
		r = search(reader, list->text[runs.count % list->count], &any,
		           NULL, &matches, &err);
		fiche_reader_close(reader);
		keep(&runs, now() - begin, matches);
	}
	if (r < 0)
		return failed("open", &err);
	print_runs(b, "open and first search", &runs);
	return 0;
}

static int bench_all(const struct bench *b, const char *path)
{
	if (b->picks->common.count == 0)
		return 0;
	print_head(b);
	if (bench_open(b, path) < 0 || bench_words(b) < 0 ||
	    bench_order(b) < 0 || bench_counts(b) < 0 || bench_filter(b) < 0)
		return -1;
	for (size_t threads = 1; threads <= THREADS; threads++)
		if (bench_threads(b, threads) < 0)
			return -1;
	return 0;
}

static int bench_archive(const char *path, bool json)
{
	struct bench b = { .json = json };
	struct fiche_error err = { .text = "out of memory" };
	int r = fiche_reader_open(&b.reader, path, NULL, &err);

	if (r < 0)
		return failed(path, &err);
	b.picks = malloc(sizeof(*b.picks));
	r = b.picks ? pick_queries(b.picks, b.reader, &err) : FICHE_ERR_NOMEM;
	if (r < 0)
		failed(path, &err);
	else
		r = bench_all(&b, path);
	free(b.picks);
	fiche_reader_close(b.reader);
	return r;
}

static int write_news(struct fiche_writer *w, struct news *n,
                      struct fiche_error *err)
{
	struct fiche_origin origin = { "made up", 0 };
	const char *line;
	size_t len;
	int r;

	while ((line = news_next(n, &len)) != NULL) {
		r = fiche_writer_add_json(w, line, len - 1, &origin, err);
		if (r < 0)
			return r;
	}
	return fiche_writer_commit(w, err);
}

static int make_archive(const char *path)
{
	struct fiche_error err = { .text = "out of memory" };
	struct fiche_writer *w;
	struct news *n = news_new(ARTICLES, 1);
	int r = n ? fiche_writer_open(&w, path, NULL, &err) : FICHE_ERR_NOMEM;

	if (r == 0) {
		r = write_news(w, n, &err);
		fiche_writer_close(w);
	}
	news_free(n);
	return r < 0 ? failed(path, &err) : 0;
}

static int bench_news(bool json)
{
	char dir[4000], path[4096];
	const char *tmp = getenv("TMPDIR");
	int r;

	snprintf(dir, sizeof(dir), "%s/fiche-bench.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir)) {
		perror(dir);
		return -1;
	}
	snprintf(path, sizeof(path), "%s/news.fiche", dir);
	r = make_archive(path);
	if (r == 0)
		r = bench_archive(path, json);
	unlink(path);
	rmdir(dir);
	return r;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	int left = argc - 1 - json, r;

	if (left > 1 || (left == 1 && argv[argc - 1][0] == '-')) {
		fputs("usage: bench_search [--json] [ARCHIVE]\n", stderr);
		return 2;
	}
	r = left == 1 ? bench_archive(argv[argc - 1], json) : bench_news(json);
	return r < 0 ? 1 : 0;
}
