/* The worker's own state, and a job from its claim to its end. */
#ifndef TASKS_WORKER_PRIVATE_H
#define TASKS_WORKER_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "compute/work.h"
#include "tasks/outage.h"
#include "tasks/worker.h"

struct series;

struct worker {
	struct worker_options options;
	struct series *wait;
	pthread_t thread;
	_Atomic uint64_t paused_until_ns; /* nothing is claimed before */
	struct outage outage;             /* likewise; of the worker's thread */
	atomic_bool is_draining;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t event; /* by the monotonic clock; something below has changed */
	struct running *running;
	unsigned n_running;
	bool is_awake;  /* the store has called */
	bool is_ending; /* the thread is to end */
};

/* How old the progress that the store knows may be. */
#define RENEW_NS UINT64_C(1000000000)

/* Why a job has to stop before its end. */
enum stop { STOP_NOT, STOP_CANCELLED, STOP_DRAINED, STOP_LOST };

struct running {
	struct worker_job job; /* first: what the runner has the address of */
	struct work work;
	struct worker *worker;
	struct job_claim claim;
	_Atomic(enum stop) stop;
	_Atomic uint64_t documents_done;
	bool has_run;
	struct buf part; /* of the result, not written yet */
	uint64_t n_parts, n_bytes;

	/* Under the worker's lock. */
	struct running *next;
	uint64_t renew_ns; /* when its lease is renewed next */
	bool is_held;      /* the worker's thread looks at it: it must stay */
	bool is_ending;    /* not to be held any more */
};

/* For a claimed job; NULL: no memory. */
struct running *running_create(struct worker *worker, const struct job_claim *claim);

/* It never ran: give it back, and forget it. */
void running_give_back(struct running *running);

/* Tell it to stop; the first reason counts. */
void running_stop(struct running *running, enum stop why);

/* Claim nothing for a second. */
void worker_pause(struct worker *worker);

#endif
