/*
 * Pool: the threads that compute, and the way to them.
 *
 *	struct work work = { .run = fn, .arg = &transform, .class = work_class_of(n), .bytes = n };
 *
 *	enum admission how = pool_run(pool, &work);
 *
 * pool_run() returns when the work is done, or was refused, or nobody waits for it any more; the
 * thread that calls it looks ten times a second whether its caller has gone.  What is done where:
 *
 *	small      on the calling thread, while fewer than n_inline do so: handing ten documents over
 *	           costs as much as computing them; else on a compute thread
 *	medium     on a compute thread
 *	large      on a compute thread; one thread is always left to the others
 *	background on threads of their own, made when the first one comes, which the kernel lets run
 *	           when the others have nothing to do (nice 15); for work that nobody waits for
 *
 * Compute threads, too, give way to those that read and answer requests (nice 5): so a refusal or a
 * small request does not wait for a slice of their time.  Both count from what the process has.
 *
 * There is one compute thread more than n_threads, the number of processors: large work and the
 * helpers that it borrows use n_threads at most.  So the sum of threads that compute is bounded
 * by 1 + n_threads + n_inline + n_background.
 *
 * Every function may be called from any thread.
 */
#ifndef COMPUTE_POOL_H
#define COMPUTE_POOL_H

#include "base/err.h"
#include "base/macros.h"
#include "base/team.h"
#include "compute/admit.h"
#include "compute/work.h"

struct pool_options {
	unsigned n_threads;    /* at least 1 */
	unsigned n_inline;     /* small work on its callers' threads */
	unsigned n_background; /* threads for background work; 0: it is refused */
	size_t queue_length_max, queue_bytes_max;
};

struct pool;

int pool_create(const struct pool_options *options, struct pool **ret, struct err *err) MUST_CHECK;

/* Nobody may wait for work any more; background work is told to stop.  NULL is fine. */
void pool_destroy(struct pool *pool);

/* Would it be refused now?  To be asked before its bytes are read; a refusal is counted. */
enum admission pool_check(struct pool *pool, const struct work *work);

/* Run it and wait for its end.  ADMIT_OK: run() has returned; else it was never called. */
enum admission pool_run(struct pool *pool, struct work *work);

/*
 * Begin with work if a thread is idle and nobody waits: true, and pool_await() must follow.  It is
 * for work that is worth doing only now: nothing is refused, and nothing counted.
 */
bool pool_begin(struct pool *pool, struct work *work);
enum admission pool_await(struct pool *pool, struct work *work);

/*
 * Put background work into the queue.  Unless it is refused here, on_end() will be called once, as
 * the last thing that is done with the work, without any lock: by the thread that ran it, or by
 * whoever calls pool_cancel() or pool_stop().
 */
enum admission pool_submit(struct pool *pool, struct work *work);

/*
 * Tell background work to stop: it ends at once if it still waits, and soon if it runs.  That it
 * has not ended is the caller's to know.
 */
void pool_cancel(struct pool *pool, struct work *work);

/* Pieces of background work that could begin at once: as many as are worth fetching. */
unsigned pool_background_room(struct pool *pool);

/* Work that is asked for from now on is refused; what was asked for before goes on. */
void pool_close(struct pool *pool);

/* And now that stops too: what runs is told, what waits is refused. */
void pool_stop(struct pool *pool);
bool pool_is_stopped(const struct pool *pool);

/* The threads that one piece of work may use, its own included: as many as are idle meanwhile. */
struct team *pool_team(struct pool *pool);

/* Seconds to say in Retry-After. */
unsigned pool_retry_after_s(struct pool *pool);

struct pool_stats {
	unsigned n_running; /* pieces of work, wherever they run */
	unsigned n_helping; /* threads lent to work */
	size_t n_waiting, n_waiting_bytes;
};

struct pool_stats pool_stats(struct pool *pool);

#endif
