/*
 * App: what every handler can reach, through request.app.
 *
 * cli/serve makes it, fills it in, and keeps it until the last server has stopped.  It is read
 * by many threads at once and changed by none; what changes is behind the pointers, and guards
 * itself.
 */
#ifndef API_APP_H
#define API_APP_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/macros.h"
#include "compute/pool.h"
#include "engine/limits.h"
#include "engine/plan_cache.h"
#include "http/request.h"
#include "obs/metrics.h"
#include "store/store.h"

/* Series that handlers count in. */
struct app_metrics {
	struct series *transform_read, *transform_run, *transform_write;
	struct series *documents_in, *documents_out;
	struct series *early_used, *early_given_up;
	struct series *plans_found, *plans_compiled, *plans_bytes;
	struct series *tasks_plain, *jobs[JOB_STATE_COUNT], *tasks_age;
	struct series *stopped_abandoned, *stopped_draining;
	struct series *compute_inflight, *compute_helpers;
	struct series *compute_queue_length, *compute_queue_bytes;
	struct series *memory_used;
};

struct keys;

struct background;

struct app {
	struct store *store;
	struct store_limits store_limits;
	struct pool *pool; /* cli/serve's, which starts and ends it */
	struct pool_options pool_options;
	struct budget *memory;    /* that all requests together may use; likewise */
	struct limits limits;     /* of one transform */
	struct limits job_limits; /* of one that nobody waits for */
	struct background *background;
	size_t max_body, max_header; /* bytes: what the listeners were started with */
	uint64_t max_inflate_ratio;
	size_t plan_cache_max; /* bytes */
	struct plan_cache *plans;
	struct app_metrics metrics;
	_Atomic(struct keys *) keys; /* NULL: everybody may do everything (api/auth.h) */
	char *capabilities;          /* the answer of GET /capabilities, made once */
	size_t capabilities_len;
	uint64_t capabilities_tag;
};

/* Complete an app whose store, limits and sizes are set; once, before the first request. */
int app_init(struct app *app, struct err *err) MUST_CHECK;

/* Closes the store too. */
void app_deinit(struct app *app);

static inline const struct app *request_app(const struct request *req)
{
	return req->app;
}

#endif
