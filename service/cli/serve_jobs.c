/* What docmill serve does with tasks when nobody waits. */
#include "cli/serve_jobs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/job_run.h"

/* A secret that is in a file, and not among the arguments that everybody can list. */
static int read_secret(struct serve_jobs *jobs, const struct config *config, struct err *err)
{
	const char *path = config->webhook_secret_file;
	FILE *file;

	jobs->options.webhook_secret = str_from(config->webhook_secret);
	if (path[0] == 0)
		return 0;
	if (config->webhook_secret[0] != 0)
		return err_set(
			err, ERR_INVALID,
			"--webhook-secret and --webhook-secret-file say the same thing: give one");
	file = fopen(path, "re");
	if (file == NULL)
		return err_set(err, ERR_INVALID, "--webhook-secret-file %s: %s", path,
		               strerror(errno));
	size_t len = fread(jobs->secret, 1, sizeof jobs->secret, file);
	fclose(file);
	jobs->options.webhook_secret = str_trim((struct str){ jobs->secret, len });
	return 0;
}

static int check(const struct serve_jobs *jobs, struct err *err)
{
	struct err found = ERR_INIT;
	int rc = background_check(&jobs->options, &found);

	return rc == 0 ? 0 : err_set(err, ERR_INVALID, "webhooks: %s", found.message);
}

int serve_jobs_set(struct serve_jobs *jobs, const struct config *config, struct app *app,
                   struct err *err)
{
	jobs->app = app;
	app->background = &jobs->background;
	app->job_limits = app->limits;
	app->job_limits.time_ms_max = config->max_job_time_ms;
	if (config->job_threads != 0)
		app->pool_options.n_background = (unsigned)config->job_threads;
	jobs->options = (struct background_options){
		.worker = {
			.run = job_run,
			.arg = app,
			.lease_ms = (int64_t)config->job_lease_ms,
			.result_ttl_ms = (int64_t)config->result_ttl_ms,
			.attempts_max = (uint32_t)config->job_attempts,
		},
		.sweeper = {
			.job_ttl_ms = (int64_t)config->job_ttl_ms,
			.interval_ms = config->sweep_interval_ms,
		},
		.waiters_max = (unsigned)(config->max_waiters != 0 ? config->max_waiters
		                                                   : config->http_threads / 4),
		.webhook_allow = str_from(config->webhook_allow),
		.webhook_timeout_ms = config->webhook_timeout_ms,
		.webhook_transfers_max = (unsigned)config->webhook_transfers,
		.webhook_transfers_per_host_max = (unsigned)config->webhook_transfers_per_host,
	};
	TRY(read_secret(jobs, config, err));
	return check(jobs, err);
}

int serve_jobs_start(struct serve_jobs *jobs, struct err *err)
{
	jobs->options.worker.store = jobs->options.sweeper.store = jobs->app->store;
	jobs->options.worker.pool = jobs->app->pool;
	return background_start(&jobs->options, &jobs->background, err);
}
