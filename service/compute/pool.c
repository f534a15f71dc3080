/* Pool: threads, and the work that they run. */
#include "compute/pool.h"

#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/thread.h"
#include "compute/pool_private.h"

/* How often somebody who waits looks whether anybody waits for him. */
#define LOOK_NS UINT64_C(100000000)

static void pool_cleanup(struct pool **pool)
{
	pool_destroy(*pool);
}

int pool_create(const struct pool_options *options, struct pool **ret, struct err *err)
{
	CLEANUP(pool_cleanup) struct pool *pool = calloc(1, sizeof *pool);

	if (pool == NULL)
		return err_nomem(err, "the compute pool");
	pool->options = *options;
	pool->nice = getpriority(PRIO_PROCESS, 0);
	pool->team = (struct team){ .n_max = options->n_threads, .run = pool_share };
	pool->admit = (struct admit){
		.queue_length_max = options->queue_length_max,
		.queue_bytes_max = options->queue_bytes_max,
		.n_threads = options->n_threads,
	};
	admit_show();
	atomic_init(&pool->closed_ns, UINT64_MAX);
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->work, NULL);
	pthread_cond_init(&pool->background_work, NULL);
	for (int class = 0; class < WORK_CLASS_COUNT; class ++)
		pool->waits[class] = metrics_series(METRIC_COMPUTE_WAIT,
		                                    (const char *[]){ work_class_name(class) });
	pool->threads = calloc((size_t)options->n_threads + 1 + options->n_background,
	                       sizeof *pool->threads);
	if (pool->threads == NULL)
		return err_nomem(err, "the compute pool");
	for (unsigned i = 0; i <= options->n_threads; i++, pool->n_threads++)
		if (pool_start_thread(pool, pool_compute) != 0)
			return err_set(err, ERR_UNAVAILABLE, "cannot start %u compute threads",
			               options->n_threads + 1);
	*ret = pool;
	pool = NULL;
	return 0;
}

void pool_destroy(struct pool *pool)
{
	if (pool == NULL)
		return;
	pool_stop(pool);
	pthread_mutex_lock(&pool->lock);
	pool->is_ending = true;
	pthread_cond_broadcast(&pool->work);
	pthread_cond_broadcast(&pool->background_work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->n_threads + pool->n_background_threads; i++)
		pthread_join(pool->threads[i], NULL);
	pthread_cond_destroy(&pool->background_work);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool->threads);
	free(pool);
}

/* A place for small work on its caller's thread, unless other small work came before it. */
static bool enter_inline(struct pool *pool)
{
	if (atomic_load_explicit(&pool->has_small, memory_order_relaxed))
		return false;
	if (atomic_fetch_add(&pool->n_inline, 1) < pool->options.n_inline)
		return true;
	atomic_fetch_sub(&pool->n_inline, 1);
	return false;
}

static void run_inline(struct pool *pool, struct work *work)
{
	work->is_inline = true;
	work->state = WORK_RUNNING;
	pool_start_work(pool, work);
	work->looked_ns = work->started_ns;
	work->run(work);
	work->state = WORK_ENDED;
	atomic_fetch_sub(&pool->n_inline, 1);
}

/* Out of the queue, unless it has begun.  The lock is held. */
static void withdraw(struct pool *pool, struct work *work)
{
	if (work->state != WORK_WAITING)
		return;
	queue_remove(&pool->queue, work);
	pool_note_queue(pool);
	work->state = WORK_ENDED;
}

/* Has its time come before it began?  Has its caller gone?  The lock is held, but not meanwhile. */
static enum admission look_after(struct pool *pool, struct work *work)
{
	bool is_abandoned = false;

	if (work->state == WORK_WAITING && work->deadline_ns != 0 &&
	    clock_monotonic_ns() >= work->deadline_ns) {
		withdraw(pool, work);
		return ADMIT_TIME;
	}
	if (work->is_abandoned != NULL) {
		pthread_mutex_unlock(&pool->lock);
		is_abandoned = work->is_abandoned(work->arg);
		pthread_mutex_lock(&pool->lock);
	}
	if (!is_abandoned)
		return ADMIT_OK;
	atomic_store_explicit(&work->stop, WORK_ABANDONED, memory_order_relaxed);
	if (work->state != WORK_WAITING)
		return ADMIT_OK;
	withdraw(pool, work);
	return ADMIT_ABANDONED;
}

/* The lock is held. */
static enum admission wait_for(struct pool *pool, struct work *work)
{
	uint64_t look_ns = clock_monotonic_ns() + LOOK_NS;

	while (work->state != WORK_ENDED) {
		uint64_t until_ns = look_ns;

		if (work->state == WORK_WAITING && work->deadline_ns != 0)
			until_ns = MIN(until_ns, work->deadline_ns);
		(void)thread_wait(&work->ended, &pool->lock, until_ns); /* the clock says more */
		if (work->state == WORK_ENDED || clock_monotonic_ns() < until_ns)
			continue;
		look_ns = clock_monotonic_ns() + LOOK_NS;
		enum admission how = look_after(pool, work);
		if (how != ADMIT_OK)
			return how;
	}
	/* Those that never began were taken out by pool_stop(). */
	return work->started_ns == 0 ? ADMIT_DRAINING : ADMIT_OK;
}

static enum admission check(const struct pool *pool, const struct work *work)
{
	if (pool_is_closed_to(pool, work) || pool_is_stopped(pool))
		return ADMIT_DRAINING;
	return admit_check(&pool->admit, &pool->queue, work->bytes);
}

/* The lock is held. */
static void put(struct pool *pool, struct work *work)
{
	work->state = WORK_WAITING;
	queue_add(&pool->queue, work);
	pool_note_queue(pool);
	pthread_cond_signal(&pool->work);
}

static enum admission run_queued(struct pool *pool, struct work *work)
{
	thread_cond_init(&work->ended);
	pthread_mutex_lock(&pool->lock);
	enum admission how = check(pool, work);
	if (how == ADMIT_OK) {
		put(pool, work);
		how = wait_for(pool, work);
	}
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&work->ended);
	return how;
}

bool pool_begin(struct pool *pool, struct work *work)
{
	work->pool = pool;
	thread_cond_init(&work->ended);
	pthread_mutex_lock(&pool->lock);
	bool is_idle = pool->queue.n == 0 && pool->n_running < pool->options.n_threads &&
	               pool_has_large_place(pool) && check(pool, work) == ADMIT_OK;
	if (is_idle)
		put(pool, work);
	pthread_mutex_unlock(&pool->lock);
	if (!is_idle)
		pthread_cond_destroy(&work->ended);
	return is_idle;
}

enum admission pool_await(struct pool *pool, struct work *work)
{
	pthread_mutex_lock(&pool->lock);
	enum admission how = wait_for(pool, work);
	pthread_mutex_unlock(&pool->lock);
	pthread_cond_destroy(&work->ended);
	return how;
}

enum admission pool_run(struct pool *pool, struct work *work)
{
	enum admission how = ADMIT_OK;

	work->pool = pool;
	if (work->class == WORK_SMALL && !pool_is_closed_to(pool, work) && enter_inline(pool))
		run_inline(pool, work);
	else
		how = run_queued(pool, work);
	admit_count(how);
	return how;
}

enum admission pool_check(struct pool *pool, const struct work *work)
{
	pthread_mutex_lock(&pool->lock);
	enum admission how = check(pool, work);
	pthread_mutex_unlock(&pool->lock);
	admit_count(how);
	return how;
}

void pool_close(struct pool *pool)
{
	uint64_t open = UINT64_MAX;

	atomic_compare_exchange_strong(&pool->closed_ns, &open, clock_monotonic_ns());
}

void pool_stop(struct pool *pool)
{
	struct work *work;

	pool_close(pool);
	pthread_mutex_lock(&pool->lock);
	atomic_store(&pool->is_stopped, true);
	while ((work = queue_take(&pool->queue, true)) != NULL) {
		work->state = WORK_ENDED;
		pthread_cond_signal(&work->ended);
	}
	pool_note_queue(pool);
	while ((work = queue_take_background(&pool->queue)) != NULL) {
		atomic_store(&work->stop, WORK_DRAINED);
		pool_end_background(pool, work);
	}
	pthread_mutex_unlock(&pool->lock);
}

bool pool_is_stopped(const struct pool *pool)
{
	return atomic_load_explicit(&pool->is_stopped, memory_order_relaxed);
}

struct team *pool_team(struct pool *pool)
{
	return &pool->team;
}

unsigned pool_retry_after_s(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	unsigned seconds = admit_retry_after_s(&pool->admit, &pool->queue);
	pthread_mutex_unlock(&pool->lock);
	return seconds;
}

struct pool_stats pool_stats(struct pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	struct pool_stats stats = {
		.n_running = pool->n_running + pool->n_running_background +
		             atomic_load_explicit(&pool->n_inline, memory_order_relaxed),
		.n_helping = pool->n_helping,
		.n_waiting = pool->queue.n,
		.n_waiting_bytes = pool->queue.n_bytes,
	};
	pthread_mutex_unlock(&pool->lock);
	return stats;
}
