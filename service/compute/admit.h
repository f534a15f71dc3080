/*
 * Admission: whether one more piece of work may come in, and what is said when it may not.
 *
 * Work that somebody waits for is admitted when there is room in the queue, by number and by bytes;
 * what runs does not count.  Memory is the third limit: bodies and what transforms need
 * are charged to one budget by those who allocate (base/arena.h), and who finds it used up is
 * refused with the same words.  Time is the fourth: who has waited past the deadline is refused.
 *
 * Every refusal is counted by its reason, and says after how long a new attempt may succeed.
 */
#ifndef COMPUTE_ADMIT_H
#define COMPUTE_ADMIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compute/queue.h"

/* How it went for a piece of work that asked to be run. */
enum admission {
	ADMIT_OK, /* it ran */
	ADMIT_QUEUE_LENGTH,
	ADMIT_QUEUE_BYTES,
	ADMIT_MEMORY,
	ADMIT_TIME,      /* it waited until its time was over */
	ADMIT_DRAINING,  /* the service is about to stop */
	ADMIT_ABANDONED, /* nobody waits for it any more */
	ADMIT_COUNT,
};

struct admit {
	size_t queue_length_max, queue_bytes_max;
	unsigned n_threads;
	_Atomic uint64_t mean_run_ns; /* of what was queued, the last ones counting most */
};

/* Would a piece of work of so many bytes be taken into this queue? */
enum admission admit_check(const struct admit *admit, const struct queue *queue, size_t bytes);

/* Something that had been queued has run. */
void admit_learn(struct admit *admit, uint64_t run_ns);

/* Seconds after which the queue will be half empty, 1 to 30. */
unsigned admit_retry_after_s(const struct admit *admit, const struct queue *queue);

/* Show every reason in metrics before the first refusal, as 0. */
void admit_show(void);

/* Count a refusal. */
void admit_count(enum admission why);

/* The option that was reached, "queue-length" for one, or NULL; and a sentence about it. */
const char *admit_limit(enum admission why);
const char *admit_detail(enum admission why);

#endif
