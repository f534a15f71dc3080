/* What every store says alike. */
#include "store/outcome.h"

#include <inttypes.h>

#define STORE_WORKER_LOST \
	"{\"type\":\"urn:docmill:error:worker_lost\",\"title\":\"Every worker was lost\"," \
	"\"status\":500,\"detail\":\"every worker that had the job went away before its end\"," \
	"\"code\":\"worker_lost\",\"error\":\"Every worker was lost\"}"

int store_not_found(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "Task not found");
}

int store_outdated(uint64_t version, struct err *err)
{
	return err_set(err, ERR_PRECONDITION, "the task is at version %" PRIu64 " by now", version);
}

int store_mismatch(struct err *err)
{
	return err_set(err, ERR_MISMATCH, "the same Idempotency-Key came with another body before");
}

int store_no_job(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "this task is no job: it has no transform");
}

int store_status_is_ours(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "the status of a job is the service's");
}

int store_wrong_state(enum job_state state, const char *what, struct err *err)
{
	return err_set(err, ERR_CONFLICT, "a job that is %s cannot be %s", job_state_name(state),
	               what);
}

int store_claim_lost(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "the job is not this worker's any more");
}

int store_unknown(struct err *err)
{
	return err_set(err, ERR_UNAVAILABLE,
	               "the store went away before it said whether the change was made: it may have "
	               "been");
}

const struct str store_worker_lost = {
	STORE_WORKER_LOST,
	sizeof STORE_WORKER_LOST - 1,
};

void store_replay(const struct task *task, struct store_receipt *ret, struct buf *ret_json)
{
	*ret = (struct store_receipt){ .version = task->version, .is_replay = true };
	uuid_format(&task->id, ret->id);
	task_write(task, ret_json);
}
