/*
 * Queue: work that waits, and whose turn it is.
 *
 * Work of one class is served in the order in which it came.  Among the classes turns go by
 * weight (small 8, medium 4, large 1): while all three have something waiting, of 13 that
 * begin 8 are small and one is large, so that nothing waits behind a crowd of larger ones, and the
 * large ones get on all the same.  A class that had nothing waiting saves no turns for later.
 * Background work is a queue of its own: by priority, then in the order in which it came.
 *
 * Plain data: whoever shares one between threads locks.
 */
#ifndef COMPUTE_QUEUE_H
#define COMPUTE_QUEUE_H

#include "compute/work.h"

struct work_list {
	struct work *first, *last;
	size_t n;
};

struct queue {
	struct work_list lists[WORK_CLASS_COUNT];
	uint64_t turns[WORK_BACKGROUND]; /* of a class: how far it has come */
	uint64_t turn;                   /* how far the one has come that was served last */
	size_t n, n_bytes;               /* of work that somebody waits for */
};

void queue_add(struct queue *q, struct work *work);
void queue_remove(struct queue *q, struct work *work);

/* The next that somebody waits for, taken out; NULL: none.  may_be_large: a large one too. */
struct work *queue_take(struct queue *q, bool may_be_large);

/* The next background work, taken out; NULL: none. */
struct work *queue_take_background(struct queue *q);

#endif
