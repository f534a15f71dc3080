/* Outcomes that every store words alike.  Inside store/. */
#ifndef STORE_OUTCOME_H
#define STORE_OUTCOME_H

#include "store/store.h"

int store_not_found(struct err *err);
int store_outdated(uint64_t version, struct err *err);
int store_mismatch(struct err *err);

/* ERR_CONFLICT: what was asked for is for jobs; a job's status is not set by hand. */
int store_no_job(struct err *err);
int store_status_is_ours(struct err *err);

/* ERR_CONFLICT: a job in this state can not be ("cancelled", "retried", "deleted"). */
int store_wrong_state(enum job_state state, const char *what, struct err *err);

/* ERR_CONFLICT: another worker, or nobody, has the job by now. */
int store_claim_lost(struct err *err);

/*
 * ERR_UNAVAILABLE: the change was asked for, and the store went away before it said whether it was
 * made.  The one failure that may have happened; a creation with a key can be sent again.
 */
int store_unknown(struct err *err);

/* The problem document of a job whose workers all went away. */
extern const struct str store_worker_lost;

/* Answer with a task that was created before, as it was then. */
void store_replay(const struct task *task, struct store_receipt *ret, struct buf *ret_json);

#endif
