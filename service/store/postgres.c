/* The PostgreSQL store: opening, counting, sweeping, closing. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/postgres_task.h"

static void postgres_store_close(struct store *store)
{
	struct postgres_store *s = postgres_store_of(store);

	postgres_listener_stop(&s->listener);
	postgres_pool_deinit(&s->pool);
	free(s->url);
	free(s);
}

static int health(struct store *store, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;

	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	return postgres_run(db, PG_HEALTH, NULL, NULL, err);
}

/* Plain tasks are those that are no jobs. */
static void count(const PGresult *rows, struct store_stats *ret)
{
	size_t n_all = 0, n_jobs = 0;

	for (int i = 0; i < postgres_rows(rows); i++) {
		struct str status = postgres_str(rows, i, 0);
		enum job_state state = job_state_find(status);
		size_t n = (size_t)postgres_int(rows, i, 1);

		if (status.len == 0) {
			n_all = n;
			continue;
		}
		n_jobs += n;
		if (state < JOB_STATE_COUNT)
			ret->n_jobs[state] = n;
	}
	ret->n_plain = n_all - n_jobs;
}

static int stats(struct store *store, struct store_stats *ret, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *counts = NULL, *size = NULL;

	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	TRY(postgres_run(db, PG_TASK_COUNT, NULL, &counts, err));
	TRY(postgres_run(db, PG_SIZE, NULL, &size, err));
	*ret = (struct store_stats){ .n_bytes = (size_t)postgres_int(size, 0, 0) };
	count(counts, ret);
	return 0;
}

/* Each kind is a transaction of its own: what one has removed stays so when the next one fails. */
static int sweep(struct store *store, const struct store_sweep *what, size_t *ret_n, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	CLEANUP(postgres_clear) PGresult *keys = NULL;
	struct postgres_args args = { 0 };
	size_t n_jobs;

	TRY(postgres_lend(&postgres_store_of(store)->pool, &db, err));
	postgres_arg_int(&args, what->keys_before_ms);
	postgres_arg_int(&args, (int64_t)what->n_max);
	TRY(postgres_run(db, PG_KEY_SWEEP, &args, &keys, err));
	TRY(postgres_job_sweep(db, what, &n_jobs, err));
	*ret_n = postgres_changed(keys) + n_jobs;
	return 0;
}

static void watch(struct store *store, store_wake_fn *wake, void *arg)
{
	struct postgres_store *s = postgres_store_of(store);
	struct err unheard;

	store_wake_set(&s->wake, wake, arg);
	if (wake == NULL || s->listener.is_started)
		return;
	/* Without a thread for it, who waits looks by himself. */
	if (postgres_listener_start(&s->listener, &unheard) != 0)
		return;
}

static const struct store_ops postgres_ops = {
	.name = "postgresql",
	.close = postgres_store_close,
	.health = health,
	.create = postgres_task_create,
	.get = postgres_task_get,
	.list = postgres_task_list,
	.update = postgres_task_update,
	.remove = postgres_task_remove,
	.stats = stats,
	.sweep = sweep,
	.watch = watch,
	.jobs = &postgres_job_ops,
	.deliveries = &postgres_delivery_ops,
};

/* What libpq says about a URL may quote it, and with it a password. */
static int check_url(const char *url, struct err *err)
{
	char *unsaid = NULL;
	PQconninfoOption *options = libpq.conninfoParse(url, &unsaid);

	libpq.freemem(unsaid);
	if (options == NULL)
		return err_set(err, ERR_INVALID,
		               "the store's URL cannot be read: it should be "
		               "postgresql://USER@HOST:PORT/DATABASE?OPTION=VALUE, with other "
		               "characters in %%-codes");
	libpq.conninfoFree(options);
	return 0;
}

static int open_store(struct postgres_store *s, const struct store_limits *limits, struct err *err)
{
	CLEANUP(postgres_return) struct postgres_db *db = NULL;
	struct uuid_source names = UUID_SOURCE_INIT;
	struct uuid name;

	TRY(postgres_load(err));
	TRY(check_url(s->url, err));
	TRY(uuid_next(&names, clock_wall_ms(), &name, err));
	uuid_format(&name, s->listener.name);
	s->listener.pool = &s->pool;
	s->listener.wake = &s->wake;
	postgres_pool_init(&s->pool, s->url, limits->timeout_ms, limits->connections_max);
	int rc = postgres_lend(&s->pool, &db, err);
	/* A server that is out of reach may come back; what it holds will not change by waiting. */
	return s->pool.is_out_of_reach ? 0 : rc;
}

int postgres_store_open(struct str url, const struct store_limits *limits, struct store **ret,
                        struct err *err)
{
	struct postgres_store *s = calloc(1, sizeof *s);

	if (s == NULL)
		return err_set(err, ERR_UNAVAILABLE, "no memory for the store");
	s->base.ops = &postgres_ops;
	s->wake = STORE_WAKE_INIT;
	s->url = strndup(url.data, url.len);
	int rc = s->url == NULL ? err_set(err, ERR_UNAVAILABLE, "no memory for the store")
	                        : open_store(s, limits, err);
	if (rc != 0) {
		postgres_store_close(&s->base);
		return rc;
	}
	*ret = &s->base;
	return 0;
}
