/* Waiters: threads that wait for a job to end. */
#include "tasks/waiters.h"

#include "base/clock.h"
#include "base/thread.h"

#define LOOK_NS UINT64_C(500000000)

void waiters_init(struct waiters *w, unsigned n_max)
{
	*w = (struct waiters){ .n_max = n_max };
	pthread_mutex_init(&w->lock, NULL);
	thread_cond_init(&w->changed);
}

void waiters_deinit(struct waiters *w)
{
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}

bool waiters_enter(struct waiters *w)
{
	pthread_mutex_lock(&w->lock);
	bool may = !w->is_closed && w->n_waiting < w->n_max;
	if (may)
		w->n_waiting++;
	pthread_mutex_unlock(&w->lock);
	return may;
}

void waiters_leave(struct waiters *w)
{
	pthread_mutex_lock(&w->lock);
	w->n_waiting--;
	pthread_mutex_unlock(&w->lock);
}

uint64_t waiters_seen(struct waiters *w)
{
	pthread_mutex_lock(&w->lock);
	uint64_t n = w->n_changes;
	pthread_mutex_unlock(&w->lock);
	return n;
}

bool waiters_wait(struct waiters *w, uint64_t seen, uint64_t until_ns)
{
	uint64_t look_ns = MIN(clock_monotonic_ns() + LOOK_NS, until_ns);

	pthread_mutex_lock(&w->lock);
	while (w->n_changes == seen && !w->is_closed && thread_wait(&w->changed, &w->lock, look_ns))
		;
	bool is_closed = w->is_closed;
	pthread_mutex_unlock(&w->lock);
	return !is_closed && clock_monotonic_ns() < until_ns;
}

void waiters_wake(struct waiters *w)
{
	pthread_mutex_lock(&w->lock);
	w->n_changes++;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

void waiters_close(struct waiters *w)
{
	pthread_mutex_lock(&w->lock);
	w->is_closed = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}
