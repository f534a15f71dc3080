/* The pool's own state, for the files of compute/ that make it up. */
#ifndef COMPUTE_POOL_PRIVATE_H
#define COMPUTE_POOL_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "compute/pool.h"
#include "obs/metrics.h"

/* Work of a piece of work that idle threads may join in. */
struct lending {
	struct lending *next;
	team_work_fn *work;
	void *arg;
	unsigned n_places;  /* helpers that may still come */
	unsigned n_helpers; /* that are at work */
	pthread_cond_t left;
};

struct pool {
	struct team team; /* first: team_run() is given its address */
	struct pool_options options;
	struct admit admit;

	pthread_mutex_t lock; /* of all that follows, but for atomics */
	pthread_cond_t work;  /* something to do for a compute thread */
	pthread_cond_t background_work;
	struct queue queue;
	struct lending *lendings;
	unsigned n_running, n_large, n_helping, n_running_background;
	bool is_ending;

	_Atomic uint64_t closed_ns; /* UINT64_MAX: open */
	atomic_uint n_inline;
	atomic_bool is_stopped;
	atomic_bool has_small; /* small work is in the queue: a hint, read without the lock */

	pthread_t *threads;
	int nice;                                 /* the service's own */
	unsigned n_threads, n_background_threads; /* that were started */
	struct series *waits[WORK_CLASS_COUNT];
};

/* Work that were asked for after the pool was closed are refused. */
static inline bool pool_is_closed_to(const struct pool *pool, const struct work *work)
{
	return work->asked_ns >= atomic_load_explicit(&pool->closed_ns, memory_order_relaxed);
}

/* Is a thread free that large work, or a helper of one, may use?  The lock is held. */
static inline bool pool_has_large_place(const struct pool *pool)
{
	return pool->n_large + pool->n_helping < pool->options.n_threads;
}

/* Of the threads (worker.c): their loops, and starting one; not 0: it could not be started. */
void *pool_compute(void *pool);
void *pool_compute_background(void *pool);
int pool_start_thread(struct pool *pool, void *(*loop)(void *));

/* A piece of work begins now, on this thread. */
void pool_start_work(struct pool *pool, struct work *work);

/* The queue has changed.  The lock is held. */
void pool_note_queue(struct pool *pool);

/* Background work has ended.  The lock is held, and let go while its owner is told. */
void pool_end_background(struct pool *pool, struct work *work);

/* Take part in what some work has lent out; false when there is nothing.  Unlocks meanwhile. */
bool pool_help(struct pool *pool);

/* A team's run (base/team.h). */
void pool_share(struct team *team, unsigned n, team_work_fn *work, void *arg);

#endif
