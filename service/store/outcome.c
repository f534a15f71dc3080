/* What every store says alike. */
#include "store/outcome.h"

#include <inttypes.h>

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

void store_replay(const struct task *task, struct store_receipt *ret, struct buf *ret_json)
{
	*ret = (struct store_receipt){ .version = task->version, .is_replay = true };
	uuid_format(&task->id, ret->id);
	task_write(task, ret_json);
}
