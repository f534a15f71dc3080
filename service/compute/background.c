/* Jobs that nobody waits for. */
#include "compute/pool_private.h"

/* Their threads are made when there is work for one more.  The lock is held. */
static bool hire_background(struct pool *pool)
{
	size_t n_wanted = pool->queue.lists[JOB_BACKGROUND].n + pool->n_running_background + 1;

	if (pool->n_background_threads < MIN(n_wanted, pool->options.n_background) &&
	    pool_start_thread(pool, pool_compute_background) == 0)
		pool->n_background_threads++;
	return pool->n_background_threads > 0;
}

enum admission pool_submit(struct pool *pool, struct job *job)
{
	enum admission how = ADMIT_OK;

	job->pool = pool;
	pthread_mutex_lock(&pool->lock);
	if (pool->is_closed)
		how = ADMIT_DRAINING;
	else if (pool->queue.lists[JOB_BACKGROUND].n >= pool->options.queue_length_max ||
	         !hire_background(pool))
		how = ADMIT_QUEUE_LENGTH;
	else {
		job->state = JOB_WAITING;
		queue_add(&pool->queue, job);
		pthread_cond_signal(&pool->background_work);
	}
	pthread_mutex_unlock(&pool->lock);
	admit_count(how);
	return how;
}

void pool_cancel(struct pool *pool, struct job *job)
{
	enum job_stop none = JOB_GO_ON;

	pthread_mutex_lock(&pool->lock);
	atomic_compare_exchange_strong(&job->stop, &none, JOB_CANCELLED);
	if (job->state == JOB_WAITING) {
		queue_remove(&pool->queue, job);
		pool_end_background(pool, job);
	}
	pthread_mutex_unlock(&pool->lock);
}

unsigned pool_background_room(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	size_t n = pool->queue.lists[JOB_BACKGROUND].n + pool->n_running_background;
	unsigned room = pool->is_closed || n >= pool->options.n_background
	                        ? 0
	                        : pool->options.n_background - (unsigned)n;
	pthread_mutex_unlock(&pool->lock);
	return room;
}
