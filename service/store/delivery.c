/* Messages about jobs, and the outcomes of an attempt by name. */
#include "store/delivery.h"

#include <stdio.h>

#include "json/write.h"

const char *delivery_outcome_name(enum delivery_outcome outcome)
{
	static const char *const names[DELIVERY_OUTCOME_COUNT] = {
		[DELIVERY_DELIVERED] = "delivered",
		[DELIVERY_FAILED] = "failed",
		[DELIVERY_REFUSED] = "refused",
	};

	return names[outcome];
}

void delivery_write_message(const struct task *task, struct buf *out)
{
	struct json_writer w = { .buf = out };
	char type[64];

	snprintf(type, sizeof type, "task.%.*s", STR_ARG(task->status));
	json_object_begin(&w);
	json_put_cstr(&w, "type", type);
	json_put_time(&w, "timestamp", task->job->finished_ms);
	json_key(&w, "data");
	task_write(task, out);
	json_object_end(&w);
}

void delivery_write_attempt(struct json_writer *w, const struct delivery_attempt *attempt)
{
	json_object_begin(w);
	json_put_uint(w, "n", attempt->n);
	json_put_string(w, "webhook_id", attempt->webhook_id);
	json_put_time(w, "at", attempt->at_ms);
	if (attempt->status != 0)
		json_put_int(w, "status", attempt->status);
	json_put_string(w, "outcome", attempt->outcome);
	json_put_string(w, "detail", attempt->detail);
	if (attempt->next_ms != 0)
		json_put_time(w, "next_at", attempt->next_ms);
	json_object_end(w);
}
