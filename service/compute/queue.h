/*
 * Queue: jobs that wait, and whose turn it is.
 *
 * Jobs of one class are served in the order in which they came.  Among the classes turns go by
 * weight (small 8, medium 4, large 1): while all three have something waiting, of 13 jobs that
 * begin 8 are small and one is large, so that nothing waits behind a crowd of larger ones, and the
 * large ones get on all the same.  A class that had nothing waiting saves no turns for later.
 * Background jobs are a queue of their own: by priority, then in the order in which they came.
 *
 * Plain data: whoever shares one between threads locks.
 */
#ifndef COMPUTE_QUEUE_H
#define COMPUTE_QUEUE_H

#include "compute/job.h"

struct job_list {
	struct job *first, *last;
	size_t n;
};

struct queue {
	struct job_list lists[JOB_CLASS_COUNT];
	uint64_t turns[JOB_BACKGROUND]; /* of a class: how far it has come */
	uint64_t turn;                  /* how far the one has come that was served last */
	size_t n, n_bytes;              /* of jobs that somebody waits for */
};

void queue_add(struct queue *q, struct job *job);
void queue_remove(struct queue *q, struct job *job);

/* The next job that somebody waits for, taken out; NULL: none.  may_be_large: a large one too. */
struct job *queue_take(struct queue *q, bool may_be_large);

/* The next background job, taken out; NULL: none. */
struct job *queue_take_background(struct queue *q);

#endif
