/* What handlers share, made once. */
#include "api/app.h"

#include <stdlib.h>

#include "api/capabilities.h"

static struct series *phase(const char *name)
{
	return metrics_series(METRIC_TRANSFORM_DURATION, (const char *[]){ name });
}

static struct series *direction(const char *name)
{
	return metrics_series(METRIC_TRANSFORM_DOCUMENTS, (const char *[]){ name });
}

/* Asked at each scrape: the store knows the number, nobody has to count. */
static void collect_tasks(void *arg)
{
	const struct app *app = arg;
	struct store_stats stats;
	struct err err;

	if (app->store->ops->stats(app->store, &stats, &err) == 0)
		series_set(app->metrics.tasks_plain, (int64_t)stats.n_plain);
}

int app_init(struct app *app, struct err *err)
{
	app->metrics = (struct app_metrics){
		.transform_read = phase("read"),
		.transform_run = phase("run"),
		.transform_write = phase("write"),
		.documents_in = direction("in"),
		.documents_out = direction("out"),
		.tasks_plain = metrics_series(METRIC_TASKS, (const char *[]){ "plain" }),
	};
	metrics_on_scrape(collect_tasks, app);
	return capabilities_init(app, err);
}

void app_deinit(struct app *app)
{
	store_close(app->store);
	app->store = NULL;
	free(app->capabilities);
	app->capabilities = NULL;
}
