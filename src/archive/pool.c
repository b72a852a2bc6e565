/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c - worker threads that wait for the next pool_run(); see pool.h. */

#include "archive/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

#define THREADS_MAX 64

struct pool;

struct worker {
	struct pool *pool;
	pthread_t id;
	unsigned index;
};

struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t wake; /* there is work, or the end */
	pthread_cond_t idle; /* the last worker of a run is done */
	struct worker worker[THREADS_MAX];
	unsigned threads; /* workers and the caller */
	unsigned busy;
	unsigned long run; /* counts pool_run() calls */
	bool ending;

	int (*work)(void *, size_t, unsigned, struct fiche_error *);
	void *ctx;
	size_t count;
	size_t next;
	size_t failed_item;
	struct fiche_error failure;
};

/* Take items until none is left.  Called and left with the mutex held. */
static void take_items(struct pool *p, unsigned thread)
{
	while (p->next < p->count && p->failure.code == 0) {
		size_t item = p->next++;
		struct fiche_error e = { 0 };
		int r;

		pthread_mutex_unlock(&p->mutex);
		r = p->work(p->ctx, item, thread, &e);
		pthread_mutex_lock(&p->mutex);
		if (r < 0 && (p->failure.code == 0 || item < p->failed_item)) {
			p->failure = e;
			p->failure.code = r;
			p->failed_item = item;
		}
	}
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = w->pool;
	unsigned long seen = 0;

	pthread_mutex_lock(&p->mutex);
	for (;;) {
		while (!p->ending && p->run == seen)
			pthread_cond_wait(&p->wake, &p->mutex);
		if (p->ending)
			break;
		seen = p->run;
		take_items(p, w->index);
		if (--p->busy == 0)
			pthread_cond_signal(&p->idle);
	}
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

struct pool *pool_new(unsigned threads)
{
	struct pool *p = alloc_zeroed(1, sizeof(*p));
	long online;

	if (!p)
		return NULL;
	if (threads == 0) {
		online = sysconf(_SC_NPROCESSORS_ONLN);
		threads = online > 0 ? (unsigned)online : 1;
	}
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	(void)pthread_mutex_init(&p->mutex, NULL);
	(void)pthread_cond_init(&p->wake, NULL);
	(void)pthread_cond_init(&p->idle, NULL);
	p->threads = 1;
	while (p->threads < threads) {
		struct worker *w = &p->worker[p->threads];

		w->pool = p;
		w->index = p->threads;
		/* Fewer threads than asked for are only slower. */
		if (pthread_create(&w->id, NULL, worker_main, w) != 0)
			break;
		p->threads++;
	}
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->ending = true;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->mutex);
	for (unsigned i = 1; i < p->threads; i++)
		(void)pthread_join(p->worker[i].id, NULL);
	pthread_cond_destroy(&p->idle);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->mutex);
	alloc_free(p);
}

unsigned pool_threads(const struct pool *p)
{
	return p->threads;
}

int pool_run(struct pool *p, size_t count,
             int (*work)(void *ctx, size_t item, unsigned thread,
                         struct fiche_error *err),
             void *ctx, struct fiche_error *err)
{
	int r = 0;

	pthread_mutex_lock(&p->mutex);
	p->work = work;
	p->ctx = ctx;
	p->count = count;
	p->next = 0;
	memset(&p->failure, 0, sizeof(p->failure));
	p->busy = p->threads - 1;
	p->run++;
	pthread_cond_broadcast(&p->wake);
	take_items(p, 0);
	while (p->busy > 0)
		pthread_cond_wait(&p->idle, &p->mutex);
	if (p->failure.code < 0)
		r = err_copy(err, &p->failure);
	pthread_mutex_unlock(&p->mutex);
	return r;
}
