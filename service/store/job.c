/* The states of a job by name. */
#include "store/job.h"

#include "base/macros.h"

static const char *const names[JOB_STATE_COUNT] = {
	[JOB_PENDING] = "pending", [JOB_RUNNING] = "running",     [JOB_SUCCEEDED] = "succeeded",
	[JOB_FAILED] = "failed",   [JOB_CANCELLED] = "cancelled",
};

const char *job_state_name(enum job_state state)
{
	return names[state];
}

enum job_state job_state_find(struct str name)
{
	enum job_state state = JOB_PENDING;

	while (state < JOB_STATE_COUNT && !str_is(name, names[state]))
		state++;
	return state;
}
