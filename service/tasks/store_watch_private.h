/* The store watch between its files. */
#ifndef TASKS_STORE_WATCH_PRIVATE_H
#define TASKS_STORE_WATCH_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "obs/metrics.h"
#include "store/store.h"

enum watch_op {
	WATCH_CREATE,
	WATCH_GET,
	WATCH_LIST,
	WATCH_UPDATE,
	WATCH_REMOVE,
	WATCH_STATS,
	WATCH_SWEEP,
	WATCH_JOB_CLAIM,
	WATCH_JOB_RENEW,
	WATCH_JOB_RELEASE,
	WATCH_JOB_FINISH,
	WATCH_JOB_CANCEL,
	WATCH_JOB_RETRY,
	WATCH_JOB_READ,
	WATCH_JOB_WRITE,
	WATCH_DELIVERY_CLAIM,
	WATCH_DELIVERY_FINISH,
	WATCH_DELIVERY_PUT_OFF,
	WATCH_DELIVERY_LIST,
	WATCH_DELIVERY_AGAIN,
	WATCH_OP_COUNT,
};

struct alarm {
	bool is_on;
	uint64_t n_failures; /* since it went on */
	uint64_t logged_ns;
};

struct watched_store {
	struct store base;
	struct store_ops ops; /* those below, under the name of the store within */
	struct store *inner;
	struct series *durations[WATCH_OP_COUNT], *failures[WATCH_OP_COUNT];
	_Atomic bool is_awaited; /* it has not worked yet, and readiness waits for it */
	pthread_mutex_t lock;    /* of the alarms, where they are on or go on */
	struct alarm alarms[2];  /* of reading, of writing */
	_Atomic bool is_on[2];   /* the same, looked at without the lock */

	pthread_mutex_t count_lock; /* of what follows, and held while it is counted */
	struct store_stats counted;
	uint64_t counted_ns, keep_ns; /* when, and how long that is good enough */
};

static inline struct watched_store *watched(struct store *store)
{
	return (struct watched_store *)store;
}

static inline struct store *inner_of(struct store *store)
{
	return watched(store)->inner;
}

/* Count an operation that began then; returns rc. */
int store_watch_note(struct store *store, enum watch_op op, uint64_t start_ns, int rc,
                     const struct err *err);

extern const struct job_ops watched_jobs;
extern const struct delivery_ops watched_deliveries;

#endif
