/*
 * Waiters: threads that wait for a job to end, a bounded number of them.
 *
 *	if (waiters_enter(waiters)) {
 *		do {
 *			seen = waiters_seen(waiters);
 *			... look at the job ...
 *		} while (waiters_wait(waiters, seen, until_ns));
 *		waiters_leave(waiters);
 *	}
 *
 * Whoever waits is woken whenever something in the store has changed, and looks again.
 */
#ifndef TASKS_WAITERS_H
#define TASKS_WAITERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"

struct waiters {
	pthread_mutex_t lock;   /* of what follows */
	pthread_cond_t changed; /* by the monotonic clock */
	uint64_t n_changes;
	unsigned n_waiting, n_max;
	bool is_closed;
};

void waiters_init(struct waiters *waiters, unsigned n_max);
void waiters_deinit(struct waiters *waiters);

/* False: there are enough of them, or it is over: answer with what is known now. */
bool waiters_enter(struct waiters *waiters) MUST_CHECK;
void waiters_leave(struct waiters *waiters);

uint64_t waiters_seen(struct waiters *waiters);

/*
 * Until something has changed since seen, for half a second at most since another replica's change
 * may go unheard; false: the time (of the monotonic clock) has come, or it is over.
 */
bool waiters_wait(struct waiters *waiters, uint64_t seen, uint64_t until_ns) MUST_CHECK;

void waiters_wake(struct waiters *waiters);

/* Nobody waits from now on. */
void waiters_close(struct waiters *waiters);

#endif
