/*
 * Job: a task that carries a transform, and how workers share the work.
 *
 *	pending --claim--> running --finish--> succeeded | failed | cancelled
 *	   ^                  |                          |
 *	   +--release, lease over--+       retry: failed, cancelled --> pending
 *
 * A worker claims the job that is due first (the highest priority, then the oldest) for the time of
 * a lease, renews the lease while it works, and finishes.  One that is late finds itself fenced
 * off: every claim has a number of its own, everything a worker does names the number it was given,
 * and all but the last one are ERR_CONFLICT.  A lease that has ended gives the job to the next one
 * who asks; time is the store's, so that the clocks of several replicas do not matter.
 *
 * What goes into a job (the body of POST /transform) and what comes out of it are kept in parts of
 * at most STORE_PART_BYTES, so that neither has to be in memory as a whole.
 */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

#define STORE_PART_BYTES ((size_t)1 << 20)

struct store;
struct store_receipt;

/* In the order of their names in job.c; the last three are ends. */
enum job_state {
	JOB_PENDING,
	JOB_RUNNING,
	JOB_SUCCEEDED,
	JOB_FAILED,
	JOB_CANCELLED,
	JOB_STATE_COUNT,
};

/* Which bytes of a job. */
enum job_bytes { JOB_INPUT, JOB_RESULT };

struct job_new {
	struct str input;       /* JSON, kept as it is */
	struct str webhook_url; /* empty: nobody is told */
};

/* A claim: what a worker needs to know, and what fences it off. */
struct job_claim {
	char id[UUID_TEXT_SIZE];
	uint64_t number;   /* of the claim: rises with each one of the job */
	uint32_t attempts; /* that have been counted, this one included */
	int64_t created_ms;
};

/* How far a job has come; shown while it runs. */
struct job_progress {
	uint64_t documents_done, documents_total;
	const char *stage; /* its name, "" when it is not known; copied */
};

/* How a job ended. */
struct job_end {
	enum job_state state;      /* an end */
	struct str error;          /* the problem document of a failure, JSON; empty: none */
	uint64_t documents, bytes; /* of the result */
	int64_t expires_ms;        /* of the result */
};

struct job_ops {
	/*
	 * Give the job that is due first to a worker, for lease_ms.  A job whose lease has ended
	 * counts as due until it was attempted attempts_max times; then it ends as failed.
	 * ERR_NOT_FOUND: there is nothing to do.
	 */
	int (*claim)(struct store *store, int64_t lease_ms, uint32_t attempts_max,
	             struct job_claim *ret, struct err *err);

	/* Work goes on: *ret_is_cancelled says whether it should. */
	int (*renew)(struct store *store, const struct job_claim *claim, int64_t lease_ms,
	             const struct job_progress *progress, bool *ret_is_cancelled, struct err *err);

	/* Give it back untouched: the attempt does not count. */
	int (*release)(struct store *store, const struct job_claim *claim, struct err *err);

	/* Its end; a delivery becomes due in the same moment when the job has a webhook. */
	int (*finish)(struct store *store, const struct job_claim *claim, const struct job_end *end,
	              struct err *err);

	/* A pending job is cancelled at once, a running one asked to stop; others are ERR_CONFLICT. */
	int (*cancel)(struct store *store, struct str id, struct store_receipt *ret,
	              struct buf *ret_json, struct err *err);

	/* A failed or cancelled job is pending again; others are ERR_CONFLICT. */
	int (*retry)(struct store *store, struct str id, struct store_receipt *ret,
	             struct buf *ret_json, struct err *err);

	/* Append part n (from 0) of the bytes to the buf; ERR_NOT_FOUND past the last one. */
	int (*read)(struct store *store, struct str id, enum job_bytes which, uint64_t n,
	            struct buf *ret, struct err *err);

	/* Part n of the result; parts of an earlier claim are gone when part 0 is written. */
	int (*write)(struct store *store, const struct job_claim *claim, uint64_t n,
	             struct str bytes, struct err *err);
};

/* "pending"; and the state of a name, or JOB_STATE_COUNT. */
const char *job_state_name(enum job_state state);
enum job_state job_state_find(struct str name);

#endif
