/* Threads, and waiting by the monotonic clock. */
#include "base/thread.h"

#include <errno.h>
#include <time.h>

#define SECOND_NS UINT64_C(1000000000)

int thread_start(pthread_t *ret, size_t stack_size, thread_fn *run, void *arg)
{
	pthread_attr_t attr;
	int rc = pthread_attr_init(&attr);

	if (rc != 0)
		return rc;
	(void)pthread_attr_setstacksize(&attr, stack_size); /* else the default's */
	rc = pthread_create(ret, &attr, run, arg);
	pthread_attr_destroy(&attr);
	return rc;
}

void thread_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

bool thread_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / SECOND_NS),
		.tv_nsec = (long)(until_ns % SECOND_NS),
	};

	return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}
