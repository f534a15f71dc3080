/* The threads of the pool: what each of them does all day. */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "compute/pool_private.h"

#define STACK_SIZE ((size_t)8 << 20) /* only what is touched is taken */
#define BACKGROUND_NICE 10

void pool_note_queue(struct pool *pool)
{
	atomic_store_explicit(&pool->has_waiting, pool->queue.n > 0, memory_order_relaxed);
}

void pool_start_job(struct pool *pool, struct job *job)
{
	job->started_ns = clock_monotonic_ns();
	series_observe(pool->waits[job->class], job->started_ns - job->arrived_ns);
}

/* The lock is held, and let go while the job runs. */
static void run_job(struct pool *pool, struct job *job)
{
	bool is_large = job->class == JOB_LARGE;

	job->state = JOB_RUNNING;
	pool->n_running++;
	pool->n_large += is_large;
	pool_note_queue(pool);
	pthread_mutex_unlock(&pool->lock);

	pool_start_job(pool, job);
	job->run(job);
	admit_learn(&pool->admit, clock_monotonic_ns() - job->started_ns);

	pthread_mutex_lock(&pool->lock);
	pool->n_running--;
	pool->n_large -= is_large;
	job->state = JOB_ENDED;
	pthread_cond_signal(&job->ended); /* with the lock held: the job is gone right after */
}

void *pool_compute(void *arg)
{
	struct pool *pool = arg;
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		job = queue_take(&pool->queue, pool_has_large_place(pool));
		if (job != NULL)
			run_job(pool, job);
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

void pool_end_background(struct pool *pool, struct job *job)
{
	job->state = JOB_ENDED;
	pthread_mutex_unlock(&pool->lock);
	job->on_end(job);
	pthread_mutex_lock(&pool->lock);
}

static void run_background(struct pool *pool, struct job *job)
{
	job->state = JOB_RUNNING;
	pool->n_running_background++;
	pthread_mutex_unlock(&pool->lock);

	pool_start_job(pool, job);
	job->run(job);

	pthread_mutex_lock(&pool->lock);
	pool->n_running_background--;
	pool_end_background(pool, job);
}

void *pool_compute_background(void *arg)
{
	struct pool *pool = arg;
	struct job *job;

	/* Of this thread alone: so Linux understands it.  If it may not be, it is no worse. */
	(void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), BACKGROUND_NICE);
	pthread_mutex_lock(&pool->lock);
	for (;;) {
		job = queue_take_background(&pool->queue);
		if (job != NULL)
			run_background(pool, job);
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
	pthread_attr_t attr;

	if (pthread_attr_init(&attr) != 0)
		return -1;
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE); /* else the default's */
	int rc = pthread_create(&pool->threads[n], &attr, loop, pool);
	pthread_attr_destroy(&attr);
	return rc;
}
