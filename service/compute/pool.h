/*
 * Pool: the threads that compute, and the way to them.
 *
 *	struct job job = { .run = work, .arg = &transform, .class = job_class_of(n), .bytes = n };
 *
 *	enum admission how = pool_run(pool, &job);
 *
 * pool_run() returns when the work is done, or was refused, or nobody waits for it any more; the
 * thread that calls it looks ten times a second whether its caller has gone.  What is done where:
 *
 *	small      on the calling thread, while fewer than n_inline do so: handing ten documents over
 *	           costs as much as computing them; else on a compute thread
 *	medium     on a compute thread
 *	large      on a compute thread; one thread is always left to the others
 *	background on threads of their own, made when the first one comes, which the kernel lets run
 *	           when the others have nothing to do (nice 10); for work that nobody waits for
 *
 * There is one compute thread more than n_threads, the number of processors: large jobs and the
 * helpers that they borrow use n_threads at most.  So the sum of threads that compute is bounded
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
#include "compute/job.h"

struct pool_options {
	unsigned n_threads;    /* at least 1 */
	unsigned n_inline;     /* small jobs on their callers' threads */
	unsigned n_background; /* threads for background jobs; 0: such jobs are refused */
	size_t queue_length_max, queue_bytes_max;
};

struct pool;

int pool_create(const struct pool_options *options, struct pool **ret, struct err *err) MUST_CHECK;

/* Nobody may wait for a job any more; background jobs are told to stop.  NULL is fine. */
void pool_destroy(struct pool *pool);

/* Would a job of so many bytes be refused now?  To be asked before they are read. */
enum admission pool_check(struct pool *pool, size_t bytes);

/* Run a job and wait for its end.  ADMIT_OK: run() has returned; else it was never called. */
enum admission pool_run(struct pool *pool, struct job *job);

/*
 * Put a background job into the queue.  Unless it is refused here, on_end() will be called once, as
 * the last thing that is done with the job, without any lock: by the thread that ran it, or by
 * whoever calls pool_cancel() or pool_stop().
 */
enum admission pool_submit(struct pool *pool, struct job *job);

/*
 * Tell a background job to stop: it ends at once if it still waits, and soon if it runs.  That it
 * has not ended is the caller's to know.
 */
void pool_cancel(struct pool *pool, struct job *job);

/* Background jobs that could begin at once: as many as are worth fetching. */
unsigned pool_background_room(struct pool *pool);

/* From now on new jobs are refused; what waits and runs goes on. */
void pool_close(struct pool *pool);

/* And now that stops too: every job is told, those that wait are refused. */
void pool_stop(struct pool *pool);
bool pool_is_stopped(const struct pool *pool);

/* The threads that one job may use, its own included: as many as are idle when it asks. */
struct team *pool_team(struct pool *pool);

/* Seconds to say in Retry-After. */
unsigned pool_retry_after_s(struct pool *pool);

struct pool_stats {
	unsigned n_running; /* jobs, wherever they run */
	unsigned n_helping; /* threads lent to jobs */
	size_t n_waiting, n_waiting_bytes;
};

struct pool_stats pool_stats(struct pool *pool);

#endif
