/*
 * Callers of compute/pool in tests: each a work with the thread that waits for it, held up by gates,
 * so that every state is reached for sure.
 */
#ifndef TESTS_LIB_POOL_CALLERS_H
#define TESTS_LIB_POOL_CALLERS_H

#include "tests/lib/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "base/clock.h"
#include "compute/pool.h"
#include "obs/metrics.h"

/* A work with the thread that waits for it. */
struct caller {
	struct pool *pool;
	struct work work;
	pthread_t thread;
	sem_t has_begun, gate;
	atomic_bool has_gone; /* what is_abandoned() says */
	bool heeds_stop;      /* runs until it should stop, not until the gate opens */
	bool is_done;
	enum admission how;
	sem_t has_ended; /* background jobs */
};

static inline bool has_gone(void *arg)
{
	return atomic_load(&((struct caller *)arg)->has_gone);
}

static inline void do_work(struct work *work)
{
	struct caller *c = work->arg;
	struct timespec pause = { .tv_nsec = 1000000 };

	sem_post(&c->has_begun);
	if (c->heeds_stop)
		while (!work_should_stop(work))
			nanosleep(&pause, NULL);
	else
		sem_wait(&c->gate);
	c->is_done = true;
}

static inline void on_end(struct work *work)
{
	sem_post(&((struct caller *)work->arg)->has_ended);
}

static inline void prepare(struct caller *c, struct pool *pool, enum work_class class)
{
	*c = (struct caller){
		.pool = pool,
		.work = {
			.run = do_work,
			.class = class,
			.bytes = 10,
			.asked_ns = clock_monotonic_ns(),
			.arrived_ns = clock_monotonic_ns(),
			.is_abandoned = has_gone,
			.on_end = on_end,
		},
	};
	c->work.arg = c;
	sem_init(&c->has_begun, 0, 0);
	sem_init(&c->gate, 0, 0);
	sem_init(&c->has_ended, 0, 0);
}

static inline void *call(void *arg)
{
	struct caller *c = arg;

	c->how = pool_run(c->pool, &c->work);
	return NULL;
}

static inline void start(struct caller *c)
{
	assert_int_equal(pthread_create(&c->thread, NULL, call, c), 0);
}

static inline void start_new(struct caller *c, struct pool *pool, enum work_class class)
{
	prepare(c, pool, class);
	start(c);
}

/* Its caller is back with this. */
static inline void expect(struct caller *c, enum admission how)
{
	pthread_join(c->thread, NULL);
	assert_int_equal(c->how, how);
	assert_int_equal(c->is_done, how == ADMIT_OK);
}

static inline void finish(struct caller *c)
{
	sem_post(&c->gate);
	expect(c, ADMIT_OK);
}

static inline void wait_until_waiting(struct pool *pool, size_t n)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	while (pool_stats(pool).n_waiting != n)
		nanosleep(&pause, NULL);
}

static inline struct pool *make_pool(struct pool_options options)
{
	struct pool *pool = NULL;
	struct err err;

	if (options.queue_length_max == 0)
		options.queue_length_max = 100;
	if (options.queue_bytes_max == 0)
		options.queue_bytes_max = 1000;
	assert_int_equal(pool_create(&options, &pool, &err), 0);
	return pool;
}

static inline int forget_metrics(void **state)
{
	(void)state;
	metrics_reset();
	return 0;
}

#endif
