/*
 * Metrics: a constant table of what is measured, and the Prometheus text of it.
 *
 * A metric is one row in metrics_table.c.  A series is a metric with values for its labels; ask for
 * it once, keep the pointer (it stays valid for the life of the process), and count:
 *
 *	struct series *accepted = metrics_series(METRIC_X, (const char *[]){ "full" });
 *	series_add(accepted, 1);
 *
 * Series are few by design: label values come from tables (routes, statuses), never from requests.
 * METRICS_SERIES_MAX is the ceiling all the same; what lies beyond it is counted together, in one
 * series per metric whose labels say "other".  Everything here may be called from any thread.
 */
#ifndef OBS_METRICS_H
#define OBS_METRICS_H

#include <stdint.h>

#include "base/buf.h"

#define METRICS_LABELS_MAX 3
#define METRICS_BUCKETS_MAX 16
#define METRICS_SERIES_MAX 4096

enum metric {
	METRIC_BUILD_INFO,
	METRIC_HTTP_REQUEST_DURATION,
	METRIC_HTTP_CONNECTIONS,
	METRIC_HTTP_REFUSED,
	METRIC_KEY_REQUESTS,
	METRIC_AUTH_REFUSED,
	METRIC_LOG_LINES_DROPPED,
	METRIC_TRANSFORM_DURATION,
	METRIC_TRANSFORM_DOCUMENTS,
	METRIC_TRANSFORM_STOPPED,
	METRIC_COMPUTE_INFLIGHT,
	METRIC_COMPUTE_HELPERS,
	METRIC_COMPUTE_QUEUE_LENGTH,
	METRIC_COMPUTE_QUEUE_BYTES,
	METRIC_COMPUTE_WAIT,
	METRIC_ADMISSION_REJECTED,
	METRIC_MEMORY_BUDGET,
	METRIC_MEMORY_USED,
	METRIC_TRANSFORM_EARLY,
	METRIC_PLAN_CACHE_LOOKUPS,
	METRIC_PLAN_CACHE_BYTES,
	METRIC_TASKS,
	METRIC_TASKS_AGE,
	METRIC_TASK_WAIT,
	METRIC_WEBHOOK_DELIVERIES,
	METRIC_STORE_OPERATION_DURATION,
	METRIC_STORE_FAILURES,
	METRIC_COUNT,
};

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_row {
	const char *name;
	const char *help;
	enum metric_kind kind;
	const char *labels[METRICS_LABELS_MAX + 1]; /* ends with NULL */
	const uint64_t *buckets_us;                 /* upper bounds, ascending, ends with 0 */
};

extern const struct metric_row metrics_table[METRIC_COUNT];

struct series;

/* The series of these label values, as many as the metric has labels; NULL for none.  Never NULL. */
struct series *metrics_series(enum metric metric, const char *const *label_values);

void series_add(struct series *series, uint64_t n);      /* counters and gauges */
void series_set(struct series *series, int64_t value);   /* gauges */
void series_observe(struct series *series, uint64_t ns); /* histograms of durations */

/* Called before metrics_write() writes: for gauges that are looked up rather than kept. */
typedef void (*metrics_collect_fn)(void *ctx);
void metrics_on_scrape(metrics_collect_fn collect, void *ctx);

/* Everything, in the Prometheus text format 0.0.4, the process's own figures at the end. */
void metrics_write(struct buf *ret);

/* process_*: only metrics_write() calls it. */
void metrics_write_process(struct buf *ret);

/* Forget all series and collectors: for tests.  Pointers to series are no longer valid. */
void metrics_reset(void);

#endif
