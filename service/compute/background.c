/* Work that nobody waits for. */
#include "base/clock.h"
#include "compute/pool_private.h"

/* Their threads are made when there is work for one more.  The lock is held. */
static bool hire_background(struct pool *pool)
{
	size_t n_wanted = pool->queue.lists[WORK_BACKGROUND].n + pool->n_running_background + 1;

	if (pool->n_background_threads < MIN(n_wanted, pool->options.n_background) &&
	    pool_start_thread(pool, pool_compute_background) == 0)
		pool->n_background_threads++;
	return pool->n_background_threads > 0;
}

enum admission pool_submit(struct pool *pool, struct work *work)
{
	enum admission how = ADMIT_OK;

	work->pool = pool;
	pthread_mutex_lock(&pool->lock);
	work->asked_ns = work->arrived_ns = clock_monotonic_ns();
	if (pool_is_closed_to(pool, work))
		how = ADMIT_DRAINING;
	else if (pool->queue.lists[WORK_BACKGROUND].n >= pool->options.queue_length_max ||
	         !hire_background(pool))
		how = ADMIT_QUEUE_LENGTH;
	else {
		work->state = WORK_WAITING;
		queue_add(&pool->queue, work);
		pthread_cond_signal(&pool->background_work);
	}
	pthread_mutex_unlock(&pool->lock);
	admit_count(how);
	return how;
}

void pool_cancel(struct pool *pool, struct work *work)
{
	enum work_stop none = WORK_GO_ON;

	pthread_mutex_lock(&pool->lock);
	atomic_compare_exchange_strong(&work->stop, &none, WORK_CANCELLED);
	if (work->state == WORK_WAITING) {
		queue_remove(&pool->queue, work);
		pool_end_background(pool, work);
	}
	pthread_mutex_unlock(&pool->lock);
}

unsigned pool_background_room(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	size_t n = pool->queue.lists[WORK_BACKGROUND].n + pool->n_running_background;
	bool is_open = atomic_load_explicit(&pool->closed_ns, memory_order_relaxed) == UINT64_MAX;
	unsigned room = !is_open || n >= pool->options.n_background
	                        ? 0
	                        : pool->options.n_background - (unsigned)n;
	pthread_mutex_unlock(&pool->lock);
	return room;
}
