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

int app_init(struct app *app, struct err *err)
{
	app->metrics = (struct app_metrics){
		.transform_read = phase("read"),
		.transform_run = phase("run"),
		.transform_write = phase("write"),
		.documents_in = direction("in"),
		.documents_out = direction("out"),
	};
	return capabilities_init(app, err);
}

void app_deinit(struct app *app)
{
	store_close(app->store);
	app->store = NULL;
	free(app->capabilities);
	app->capabilities = NULL;
}
