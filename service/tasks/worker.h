/*
 * Worker: takes jobs from the store, has them run by the pool's background threads, and writes
 * down how they ended.
 *
 * One thread claims jobs while the pool has room, renews their leases, tells the store how far
 * they are, and stops those that were cancelled.  How a job is run is not its business: it calls
 * worker_options.run on a thread of the pool, with the input in one piece, and takes the result
 * piece by piece.
 *
 * How it ends, by what run() returns:
 *
 *	0                  succeeded
 *	ERR_UNAVAILABLE    it is not the job's fault: given back, and tried again after a pause
 *	ERR_CANCELLED      as worker_job_should_stop() demanded: cancelled, given back at a drain,
 *	                   or forgotten because another worker has it
 *	another error      failed; worker_job.error holds the problem document
 */
#ifndef TASKS_WORKER_H
#define TASKS_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "compute/pool.h"
#include "store/store.h"

/* A job that runs, as the one who runs it sees it. */
struct worker_job {
	struct str id;
	struct str input;   /* as it was sent; READ_PADDING bytes behind it are readable */
	struct buf error;   /* to be filled in when the job fails */
	uint64_t documents; /* of the result: to be counted */
	/* What the input holds, once that is known: shown beside the documents that are done. */
	_Atomic uint64_t documents_total;
	const char *_Atomic stage; /* static, or as long as the job; NULL: not known */
};

typedef int worker_run_fn(void *arg, struct worker_job *job, struct err *err);

/* Should the run end?  As run_input.is_cancelled. */
bool worker_job_should_stop(void *job);

/* As run_input.on_progress. */
void worker_job_progress(void *job, uint64_t n_documents, uint64_t n_bytes);

/* The next bytes of the result. */
int worker_job_write(struct worker_job *job, struct str bytes, struct err *err) MUST_CHECK;

struct worker_options {
	struct store *store;
	struct pool *pool;
	worker_run_fn *run;
	void *arg;
	int64_t lease_ms;      /* a worker that says nothing for so long has lost the job */
	int64_t result_ttl_ms; /* how long a result is kept */
	uint32_t attempts_max;
};

struct worker;

int worker_start(const struct worker_options *options, struct worker **ret,
                 struct err *err) MUST_CHECK;

/* Something in the store may have changed: store_ops.watch. */
void worker_wake(void *worker);

/* Take no more jobs and give back those that run. */
void worker_drain(struct worker *worker);

/* The same, and wait until they are given back.  Before pool_destroy().  NULL is fine. */
void worker_stop(struct worker *worker);

#endif
