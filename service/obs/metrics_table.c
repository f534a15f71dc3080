/* The metrics: one row each. */
#include "obs/metrics.h"

#include <stddef.h>

/* From a tiny answer to the longest transform. */
static const uint64_t request_buckets_us[] = {
	250,    1000,   2500,    5000,    10000,   25000,    50000,    100000,
	250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000, 0,
};

static const uint64_t store_buckets_us[] = {
	50,    100,   250,    500,    1000,   2500,    5000, 10000,
	25000, 50000, 100000, 250000, 500000, 1000000, 0,
};

/* From an idle worker to a day behind. */
static const uint64_t wait_buckets_us[] = {
	10000,     100000,    500000,     1000000,     5000000,     15000000, 60000000,
	300000000, 900000000, 3600000000, 14400000000, 86400000000, 0,
};

const struct metric_row metrics_table[METRIC_COUNT] = {
	[METRIC_BUILD_INFO] = {
		.name = "docmill_build_info",
		.help = "Always 1; the labels say what was built.",
		.kind = METRIC_GAUGE,
		.labels = { "version", "revision", "compiler" },
	},
	[METRIC_HTTP_REQUEST_DURATION] = {
		.name = "http_server_request_duration_seconds",
		.help = "Time from the end of a request's header to the end of its answer.",
		.kind = METRIC_HISTOGRAM,
		.labels = { "method", "route", "status" },
		.buckets_us = request_buckets_us,
	},
	[METRIC_HTTP_CONNECTIONS] = {
		.name = "docmill_http_connections",
		.help = "Connections that hold a thread, by listener.",
		.kind = METRIC_GAUGE,
		.labels = { "listener" },
	},
	[METRIC_HTTP_REFUSED] = {
		.name = "docmill_http_refused_total",
		.help = "Requests refused before routing, by the code of the problem.",
		.kind = METRIC_COUNTER,
		.labels = { "code" },
	},
	[METRIC_KEY_REQUESTS] = {
		.name = "docmill_key_requests_total",
		.help = "Requests by the name of the key that they carried.",
		.kind = METRIC_COUNTER,
		.labels = { "key" },
	},
	[METRIC_AUTH_REFUSED] = {
		.name = "docmill_auth_refused_total",
		.help = "Requests refused for want of a key, or of a scope, by the code of the problem.",
		.kind = METRIC_COUNTER,
		.labels = { "code" },
	},
	[METRIC_LOG_LINES_DROPPED] = {
		.name = "docmill_log_lines_dropped_total",
		.help = "Log lines that found the ring full.",
		.kind = METRIC_COUNTER,
	},
	[METRIC_TRANSFORM_DURATION] = {
		.name = "docmill_transform_duration_seconds",
		.help = "Time of a transform, by phase.",
		.kind = METRIC_HISTOGRAM,
		.labels = { "phase" },
		.buckets_us = request_buckets_us,
	},
	[METRIC_TRANSFORM_DOCUMENTS] = {
		.name = "docmill_transform_documents_total",
		.help = "Documents that went into transforms and came out of them.",
		.kind = METRIC_COUNTER,
		.labels = { "direction" },
	},
	[METRIC_TRANSFORM_STOPPED] = {
		.name = "docmill_transform_stopped_total",
		.help = "Transforms stopped while they ran: the caller had gone, or the service stopped.",
		.kind = METRIC_COUNTER,
		.labels = { "reason" },
	},
	[METRIC_COMPUTE_INFLIGHT] = {
		.name = "docmill_compute_inflight",
		.help = "Transforms that run.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_COMPUTE_HELPERS] = {
		.name = "docmill_compute_helpers",
		.help = "Idle threads lent to large transforms.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_COMPUTE_QUEUE_LENGTH] = {
		.name = "docmill_compute_queue_length",
		.help = "Transforms that wait for a compute thread.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_COMPUTE_QUEUE_BYTES] = {
		.name = "docmill_compute_queue_bytes",
		.help = "Bytes of the bodies of transforms that wait for a compute thread.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_COMPUTE_WAIT] = {
		.name = "docmill_compute_wait_seconds",
		.help = "Time from the end of a transform's body to its begin, by its size.",
		.kind = METRIC_HISTOGRAM,
		.labels = { "class" },
		.buckets_us = request_buckets_us,
	},
	[METRIC_ADMISSION_REJECTED] = {
		.name = "docmill_admission_rejected_total",
		.help = "Requests refused with 503 since a limit of all requests together was reached.",
		.kind = METRIC_COUNTER,
		.labels = { "reason" },
	},
	[METRIC_MEMORY_BUDGET] = {
		.name = "docmill_memory_budget_bytes",
		.help = "Memory that all requests together may use.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_MEMORY_USED] = {
		.name = "docmill_memory_used_bytes",
		.help = "Memory that all requests together use: bodies, transforms, answers.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_TRANSFORM_EARLY] = {
		.name = "docmill_transform_early_total",
		.help = "Transforms of lines begun while they arrived: used, or given_up and done again.",
		.kind = METRIC_COUNTER,
		.labels = { "result" },
	},
	[METRIC_PLAN_CACHE_LOOKUPS] = {
		.name = "docmill_plan_cache_lookups_total",
		.help = "Pipelines looked for among those compiled before: hit or miss.",
		.kind = METRIC_COUNTER,
		.labels = { "result" },
	},
	[METRIC_PLAN_CACHE_BYTES] = {
		.name = "docmill_plan_cache_bytes",
		.help = "Memory of the compiled pipelines that are kept.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_TASKS] = {
		.name = "docmill_tasks",
		.help = "Tasks in the store: jobs by state, plain tasks together.",
		.kind = METRIC_GAUGE,
		.labels = { "status" },
	},
	[METRIC_TASKS_AGE] = {
		.name = "docmill_tasks_age_seconds",
		.help = "How old docmill_tasks is: 100,000 tasks and more are not counted at each scrape.",
		.kind = METRIC_GAUGE,
	},
	[METRIC_TASK_WAIT] = {
		.name = "docmill_task_wait_seconds",
		.help = "Time from a job's creation until a worker takes it.",
		.kind = METRIC_HISTOGRAM,
		.buckets_us = wait_buckets_us,
	},
	[METRIC_WEBHOOK_DELIVERIES] = {
		.name = "docmill_webhook_deliveries_total",
		.help = "Attempts to deliver a webhook, by their outcome.",
		.kind = METRIC_COUNTER,
		.labels = { "outcome" },
	},
	[METRIC_STORE_OPERATION_DURATION] = {
		.name = "docmill_store_operation_duration_seconds",
		.help = "Time of a store operation.",
		.kind = METRIC_HISTOGRAM,
		.labels = { "op" },
		.buckets_us = store_buckets_us,
	},
	[METRIC_STORE_FAILURES] = {
		.name = "docmill_store_failures_total",
		.help = "Store operations that failed: the store was out of reach, or its disk full.",
		.kind = METRIC_COUNTER,
		.labels = { "op" },
	},
};
