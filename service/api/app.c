/* What handlers share, made once. */
#include "api/app.h"

#include <stdlib.h>

#include "api/capabilities.h"
#include "api/keys.h"

static struct series *phase(const char *name)
{
	return metrics_series(METRIC_TRANSFORM_DURATION, (const char *[]){ name });
}

static struct series *direction(const char *name)
{
	return metrics_series(METRIC_TRANSFORM_DOCUMENTS, (const char *[]){ name });
}

static struct series *stopped(const char *reason)
{
	return metrics_series(METRIC_TRANSFORM_STOPPED, (const char *[]){ reason });
}

static struct series *early(const char *result)
{
	return metrics_series(METRIC_TRANSFORM_EARLY, (const char *[]){ result });
}

static struct series *plans(const char *result)
{
	return metrics_series(METRIC_PLAN_CACHE_LOOKUPS, (const char *[]){ result });
}

/* Asked at each scrape; the store watch sees to it that counting stays cheap. */
static void collect(void *arg)
{
	const struct app *app = arg;
	struct store_stats stats;
	struct err err;

	if (app->store->ops->stats(app->store, &stats, &err) == 0) {
		series_set(app->metrics.tasks_plain, (int64_t)stats.n_plain);
		series_set(app->metrics.tasks_age, (int64_t)(stats.age_ms / 1000));
		for (size_t i = 0; i < JOB_STATE_COUNT; i++)
			series_set(app->metrics.jobs[i], (int64_t)stats.n_jobs[i]);
	}
	series_set(app->metrics.plans_bytes, (int64_t)plan_cache_stats(app->plans).n_bytes);
}

static void collect_compute(void *arg)
{
	const struct app *app = arg;
	const struct app_metrics *metrics = &app->metrics;
	struct pool_stats stats = pool_stats(app->pool);

	series_set(metrics->compute_inflight, stats.n_running);
	series_set(metrics->compute_helpers, stats.n_helping);
	series_set(metrics->compute_queue_length, (int64_t)stats.n_waiting);
	series_set(metrics->compute_queue_bytes, (int64_t)stats.n_waiting_bytes);
	series_set(metrics->memory_used, (int64_t)budget_used(app->memory));
}

int app_init(struct app *app, struct err *err)
{
	app->metrics = (struct app_metrics){
		.transform_read = phase("read"),
		.transform_run = phase("run"),
		.transform_write = phase("write"),
		.documents_in = direction("in"),
		.documents_out = direction("out"),
		.early_used = early("used"),
		.early_given_up = early("given_up"),
		.plans_found = plans("hit"),
		.plans_compiled = plans("miss"),
		.plans_bytes = metrics_series(METRIC_PLAN_CACHE_BYTES, NULL),
		.tasks_plain = metrics_series(METRIC_TASKS, (const char *[]){ "plain" }),
		.tasks_age = metrics_series(METRIC_TASKS_AGE, NULL),
		.stopped_abandoned = stopped("abandoned"),
		.stopped_draining = stopped("draining"),
		.compute_inflight = metrics_series(METRIC_COMPUTE_INFLIGHT, NULL),
		.compute_helpers = metrics_series(METRIC_COMPUTE_HELPERS, NULL),
		.compute_queue_length = metrics_series(METRIC_COMPUTE_QUEUE_LENGTH, NULL),
		.compute_queue_bytes = metrics_series(METRIC_COMPUTE_QUEUE_BYTES, NULL),
		.memory_used = metrics_series(METRIC_MEMORY_USED, NULL),
	};
	for (size_t i = 0; i < JOB_STATE_COUNT; i++)
		app->metrics.jobs[i] =
			metrics_series(METRIC_TASKS,
		                       (const char *[]){ job_state_name((enum job_state)i) });
	TRY(plan_cache_create(app->plan_cache_max, &app->plans, err));
	series_set(metrics_series(METRIC_MEMORY_BUDGET, NULL), (int64_t)app->memory->limit);
	metrics_on_scrape(collect, app);
	metrics_on_scrape(collect_compute, app);
	return capabilities_init(app, err);
}

void app_deinit(struct app *app)
{
	store_close(app->store);
	app->store = NULL;
	plan_cache_destroy(app->plans);
	app->plans = NULL;
	free(app->capabilities);
	app->capabilities = NULL;
	keys_destroy(atomic_load(&app->keys));
	atomic_store(&app->keys, NULL);
}
