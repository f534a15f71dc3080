/* Admission: the limits of the queue, and the words for each refusal. */
#include "compute/admit.h"

#include "base/macros.h"
#include "obs/metrics.h"

#define RETRY_AFTER_S_MAX 30
#define SECOND_NS UINT64_C(1000000000)

static const struct {
	const char *reason; /* in metrics; NULL: is not counted as a refusal */
	const char *limit;
	const char *detail;
} rows[ADMIT_COUNT] = {
	[ADMIT_OK] = { 0 },
	[ADMIT_QUEUE_LENGTH] = {
		.reason = "queue_length",
		.limit = "queue-length",
		.detail = "as many requests wait to be computed as may wait",
	},
	[ADMIT_QUEUE_BYTES] = {
		.reason = "queue_bytes",
		.limit = "queue-bytes",
		.detail = "the requests that wait to be computed hold as many bytes as they may",
	},
	[ADMIT_MEMORY] = {
		.reason = "memory_budget",
		.limit = "memory-budget",
		.detail = "all requests together use the memory that they may use",
	},
	[ADMIT_TIME] = {
		.reason = "max_time",
		.limit = "max-time",
		.detail = "the request waited so long for others that its time was over",
	},
	[ADMIT_DRAINING] = {
		.reason = "draining",
		.detail = "the service is about to stop",
	},
	[ADMIT_ABANDONED] = {
		.detail = "the caller has gone",
	},
};

enum admission admit_check(const struct admit *admit, const struct queue *queue, size_t bytes)
{
	if (queue->n >= admit->queue_length_max)
		return ADMIT_QUEUE_LENGTH;
	/* One that is larger than all that may wait can still wait alone. */
	if (queue->n > 0 && (queue->n_bytes > admit->queue_bytes_max ||
	                     bytes > admit->queue_bytes_max - queue->n_bytes))
		return ADMIT_QUEUE_BYTES;
	return ADMIT_OK;
}

void admit_learn(struct admit *admit, uint64_t run_ns)
{
	uint64_t mean_ns = atomic_load_explicit(&admit->mean_run_ns, memory_order_relaxed);

	/* Two threads may come at once, and one of them be forgotten: it is an estimate. */
	mean_ns = mean_ns == 0 ? run_ns : mean_ns - mean_ns / 8 + run_ns / 8;
	atomic_store_explicit(&admit->mean_run_ns, mean_ns, memory_order_relaxed);
}

unsigned admit_retry_after_s(const struct admit *admit, const struct queue *queue)
{
	uint64_t mean_ns = atomic_load_explicit(&admit->mean_run_ns, memory_order_relaxed);
	uint64_t work = queue->n / 2 / admit->n_threads;
	uint64_t seconds = mean_ns > RETRY_AFTER_S_MAX * SECOND_NS
	                           ? RETRY_AFTER_S_MAX
	                           : (work * mean_ns + SECOND_NS - 1) / SECOND_NS;

	return (unsigned)MIN(MAX(seconds, 1), RETRY_AFTER_S_MAX);
}

void admit_show(void)
{
	for (int why = ADMIT_OK; why < ADMIT_COUNT; why++)
		if (rows[why].reason != NULL)
			(void)metrics_series(METRIC_ADMISSION_REJECTED,
			                     (const char *[]){ rows[why].reason }); /* is there now */
}

void admit_count(enum admission why)
{
	if (rows[why].reason != NULL)
		series_add(metrics_series(METRIC_ADMISSION_REJECTED,
		                          (const char *[]){ rows[why].reason }),
		           1);
}

const char *admit_limit(enum admission why)
{
	return rows[why].limit;
}

const char *admit_detail(enum admission why)
{
	return rows[why].detail;
}
