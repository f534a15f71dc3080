/* The threads of the pool: what each of them does all day. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/thread.h"
#include "compute/pool_private.h"

/*
 * HTTP threads, which read, refuse and answer in microseconds, go before all that computes: where as
 * many threads compute as there are processors, a refusal waited for a time slice of theirs.
 */
#define COMPUTE_NICE 5
#define BACKGROUND_NICE 15

void pool_note_queue(struct pool *pool)
{
	atomic_store_explicit(&pool->has_small, pool->queue.lists[WORK_SMALL].n > 0,
	                      memory_order_relaxed);
}

void pool_start_work(struct pool *pool, struct work *work)
{
	work->started_ns = clock_monotonic_ns();
	series_observe(pool->waits[work->class], work->started_ns - work->arrived_ns);
}

/* The lock is held, and let go while the work runs. */
static void run_work(struct pool *pool, struct work *work)
{
	bool is_large = work->class == WORK_LARGE;

	work->state = WORK_RUNNING;
	pool->n_running++;
	pool->n_large += is_large;
	pool_note_queue(pool);
	pthread_mutex_unlock(&pool->lock);

	pool_start_work(pool, work);
	work->run(work);
	admit_learn(&pool->admit, clock_monotonic_ns() - work->started_ns);

	pthread_mutex_lock(&pool->lock);
	pool->n_running--;
	pool->n_large -= is_large;
	work->state = WORK_ENDED;
	pthread_cond_signal(&work->ended); /* with the lock held: the work is gone right after */
}

/* Of this thread alone: so Linux understands it.  If it may not be, it is no worse. */
static void be_nice(const struct pool *pool, int by)
{
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), pool->nice + by);
}

void *pool_compute(void *arg)
{
	struct pool *pool = arg;
	struct work *work;

	be_nice(pool, COMPUTE_NICE);
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		work = queue_take(&pool->queue, pool_has_large_place(pool));
		if (work != NULL)
			run_work(pool, work);
		else if (pool_help(pool))
			continue;
		else if (pool->is_ending)
			break;
		else
			pthread_cond_wait(&pool->work, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

void pool_end_background(struct pool *pool, struct work *work)
{
	work->state = WORK_ENDED;
	pthread_mutex_unlock(&pool->lock);
	work->on_end(work);
	pthread_mutex_lock(&pool->lock);
}

static void run_background(struct pool *pool, struct work *work)
{
	work->state = WORK_RUNNING;
	pool->n_running_background++;
	pthread_mutex_unlock(&pool->lock);

	pool_start_work(pool, work);
	work->run(work);

	pthread_mutex_lock(&pool->lock);
	pool->n_running_background--;
	pool_end_background(pool, work);
}

void *pool_compute_background(void *arg)
{
	struct pool *pool = arg;
	struct work *work;

	be_nice(pool, BACKGROUND_NICE);
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		work = queue_take_background(&pool->queue);
		if (work != NULL)
			run_background(pool, work);
		else if (pool->is_ending)
			break;
		else
			pthread_cond_wait(&pool->background_work, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

int pool_start_thread(struct pool *pool, void *(*loop)(void *))
{
	unsigned n = pool->n_threads + pool->n_background_threads;

	return thread_start(&pool->threads[n], THREAD_STACK_LARGE, loop, pool);
}
