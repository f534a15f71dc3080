/*
 * Threads as this program starts them, and waiting by the monotonic clock.
 *
 *	pthread_mutex_lock(&lock);
 *	while (!is_there && thread_wait(&event, &lock, until_ns))
 *		;
 *	pthread_mutex_unlock(&lock);
 *
 * Condition variables of thread_cond_init() count by clock_monotonic_ns(), so that nobody waits an
 * hour longer when somebody sets the calendar's clock.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Enough for threads that only wait and hand on; and for pipelines.  Only what is touched is taken. */
#define THREAD_STACK_SMALL ((size_t)256 << 10)
#define THREAD_STACK_LARGE ((size_t)8 << 20)

typedef void *thread_fn(void *arg);

/* 0, or the system's error number: the thread could not be started. */
int thread_start(pthread_t *ret, size_t stack_size, thread_fn *run, void *arg) MUST_CHECK;

void thread_cond_init(pthread_cond_t *cond);

/*
 * Until somebody signals (or for nothing: look again), or that moment of the monotonic clock has
 * come: false.  The lock is held, but not meanwhile.
 */
bool thread_wait(pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t until_ns);

#endif
