/*
 * Config: what an operator can set, and where it is said.
 *
 * Every option is one row of the table in options.c.  The row gives it a flag (--max-body 64MiB or
 * --max-body=64MiB), an environment variable (DOCMILL_MAX_BODY) and a key in the file that --config
 * names (max-body = 64MiB); a flag wins over the environment, which wins over the file, which wins
 * over the default.  Parser, --help and the manual's table are made from the rows.
 *
 * Sizes take KiB, MiB, GiB; durations take ms, s, min, h.  Unknown names and bad values are errors
 * that name the place and, where there is one, the option that was probably meant.  An environment
 * variable that resembles no option is not ours: Kubernetes sets DOCMILL_SERVICE_HOST and the like
 * for a service of this name.
 *
 * Text values point into the arguments, the environment, or the file's text that the config keeps.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/macros.h"

/* In the order of the choices in options.c. */
enum config_auth { CONFIG_AUTH_UNSET, CONFIG_AUTH_NONE, CONFIG_AUTH_KEYS };
enum config_access_log { CONFIG_ACCESS_LOG_ALL, CONFIG_ACCESS_LOG_ERRORS, CONFIG_ACCESS_LOG_OFF };

struct config {
	/* listening */
	const char *listen, *admin_listen;
	uint64_t http_threads;
	uint64_t min_rate; /* bytes a second */
	uint64_t header_timeout_ms, body_timeout_ms, write_timeout_ms, keep_alive_timeout_ms;
	/* access */
	unsigned auth; /* enum config_auth */
	const char *keys_file;
	const char *cors_origins;
	/* limits */
	uint64_t max_body, max_header; /* bytes */
	uint64_t max_inflate_ratio;
	uint64_t max_depth, max_key, max_stages, max_documents;
	uint64_t max_output, max_memory; /* bytes */
	uint64_t max_time_ms;
	uint64_t max_regex_steps;
	uint64_t plan_cache;
	/* compute */
	uint64_t threads;       /* 0: as many as there are processors */
	uint64_t queue_length;  /* requests */
	uint64_t queue_bytes;   /* bytes */
	uint64_t memory_budget; /* bytes; 0: three quarters of what there is */
	/* tasks */
	const char *store;
	uint64_t store_connections, store_timeout_ms;
	uint64_t max_tasks, max_tasks_bytes;
	uint64_t max_waiters; /* 0: a quarter of http_threads */
	/* jobs */
	uint64_t job_threads; /* 0: as threads */
	uint64_t max_job_time_ms, job_lease_ms, job_attempts;
	uint64_t result_ttl_ms, job_ttl_ms, sweep_interval_ms;
	/* webhooks */
	const char *webhook_secret, *webhook_secret_file, *webhook_allow;
	uint64_t webhook_timeout_ms;
	uint64_t webhook_transfers, webhook_transfers_per_host;
	/* running */
	uint64_t shutdown_delay_ms, shutdown_timeout_ms;
	unsigned log_level;  /* debug, info, warning, error, from 0 */
	unsigned log_format; /* json, text, from 0 */
	unsigned access_log; /* enum config_access_log */
	const char *file;
	bool check;

	char *file_text; /* what text values from the file point into */
};

/*
 * Read arguments (without the program's and the subcommand's name), environment and file.  The
 * config is whole only when this returns 0, but must be deinited in any case.
 *
 * ERR_INVALID: an unknown option or a bad value.  ERR_NOT_FOUND: an argument that is no option, or
 * an option without its value: the command was misused.  ERR_IO: the file cannot be read.
 */
int config_load(struct config *ret, int argc, char *const *argv, char *const *environment,
                struct err *err) MUST_CHECK;

/* What single values cannot show: options that contradict each other. */
int config_check(const struct config *config, struct err *err) MUST_CHECK;

void config_deinit(struct config *config);

/* The options with their defaults, for --help; and as a table for the manual. */
void config_write_help(struct buf *ret);
void config_write_markdown(struct buf *ret);

#endif
