/* Waiters: threads that wait for a job to end. */
#include "tasks/waiters.h"

#include <time.h>

#include "base/clock.h"

#define LOOK_NS UINT64_C(500000000)

void waiters_init(struct waiters *w, unsigned n_max)
{
	pthread_condattr_t clock;

	*w = (struct waiters){ .n_max = n_max };
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &clock);
	pthread_condattr_destroy(&clock);
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
	const struct timespec until = {
		.tv_sec = (time_t)(look_ns / 1000000000),
		.tv_nsec = (long)(look_ns % 1000000000),
	};
	int rc = 0;

	pthread_mutex_lock(&w->lock);
	while (w->n_changes == seen && !w->is_closed && rc == 0)
		rc = pthread_cond_timedwait(&w->changed, &w->lock, &until);
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
