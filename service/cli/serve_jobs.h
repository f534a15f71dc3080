/* What docmill serve does with tasks when nobody waits: from the options to threads. */
#ifndef CLI_SERVE_JOBS_H
#define CLI_SERVE_JOBS_H

#include "api/app.h"
#include "base/err.h"
#include "base/macros.h"
#include "config/config.h"
#include "tasks/background.h"

#define SERVE_SECRET_SIZE 256

struct serve_jobs {
	struct app *app;
	struct background_options options;
	struct background background;
	char secret[SERVE_SECRET_SIZE]; /* that came out of a file */
};

/* From options; app's limits and pool_options must be set.  ERR_INVALID: one is not as it must be. */
int serve_jobs_set(struct serve_jobs *jobs, const struct config *config, struct app *app,
                   struct err *err) MUST_CHECK;

/* The store must be open, and the pool run. */
int serve_jobs_start(struct serve_jobs *jobs, struct err *err) MUST_CHECK;

#endif
