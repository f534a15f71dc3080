/* Connections to a PostgreSQL server. */
#include "store/postgres_pool.h"

#include <stdlib.h>

#include "base/clock.h"
#include "store/postgres_migrate.h"

#define MS_NS UINT64_C(1000000)

/* Between two attempts to reach a server that did not answer. */
#define PAUSE_FIRST_MS 100
#define PAUSE_MAX_MS 2000

void postgres_pool_init(struct postgres_pool *pool, const char *url, uint64_t timeout_ms,
                        size_t n_max)
{
	pthread_condattr_t clock;

	*pool = (struct postgres_pool){
		.url = url,
		.timeout_ms = timeout_ms,
		.n_max = n_max,
		.pause_ms = PAUSE_FIRST_MS,
		.is_failing = true,
		.problem = ERR_INIT,
	};
	(void)err_set(&pool->problem, ERR_UNAVAILABLE, "the database has not been reached yet");
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->changed, &clock);
	pthread_condattr_destroy(&clock);
}

static void destroy(struct postgres_db *db)
{
	postgres_db_close(db);
	free(db);
}

/* Close those of a list. */
static void destroy_all(struct postgres_db *db)
{
	while (db != NULL) {
		struct postgres_db *next = db->next;

		destroy(db);
		db = next;
	}
}

void postgres_pool_deinit(struct postgres_pool *pool)
{
	if (pool->url == NULL)
		return;
	destroy_all(pool->free);
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
}

/* Those that are free, taken out of the pool; the lock is held. */
static struct postgres_db *take_free(struct postgres_pool *pool)
{
	struct postgres_db *all = pool->free;

	for (const struct postgres_db *db = all; db != NULL; db = db->next)
		pool->n_open--;
	pool->free = NULL;
	return all;
}

/* A random part keeps many replicas from coming at once. */
static uint64_t next_pause_ns(struct postgres_pool *pool)
{
	uint64_t pause_ms = pool->pause_ms, now_ns = clock_monotonic_ns();

	pool->pause_ms = MIN(2 * pause_ms, PAUSE_MAX_MS);
	return (pause_ms / 2 + now_ns / 1000 % (pause_ms / 2 + 1)) * MS_NS;
}

/* A connection that may be of no use. */
static int open_one(struct postgres_db *db, const struct postgres_pool *pool, bool migrate,
                    struct err *err)
{
	TRY(postgres_db_open(db, pool->url, pool->timeout_ms, err));
	return migrate ? postgres_migrate(db, pool->timeout_ms, err) : 0;
}

static void note_failure(struct postgres_pool *pool, bool is_out_of_reach, const struct err *err)
{
	pool->is_failing = true;
	pool->is_out_of_reach = is_out_of_reach;
	pool->problem = *err;
	pool->retry_ns = clock_monotonic_ns() + next_pause_ns(pool);
	pool->n_open--;
}

static void note_success(struct postgres_pool *pool)
{
	pool->is_failing = false;
	pool->is_migrated = true;
	pool->pause_ms = PAUSE_FIRST_MS;
}

/* Add a connection; the lock is held, but not while it is made. */
static int add(struct postgres_pool *pool, uint64_t deadline_ns, struct postgres_db **ret,
               struct err *err)
{
	bool migrate = !pool->is_migrated;
	struct postgres_db *db;

	if (pool->is_failing && (pool->is_trying || clock_monotonic_ns() < pool->retry_ns)) {
		*err = pool->problem;
		return err->code;
	}
	db = calloc(1, sizeof *db);
	if (db == NULL)
		return err_set(err, ERR_UNAVAILABLE, "no memory for a connection");
	db->home = pool;
	db->deadline_ns = deadline_ns;
	pool->is_trying = true;
	pool->n_open++;
	pthread_mutex_unlock(&pool->lock);
	int rc = open_one(db, pool, migrate, err);
	bool is_lost = db->is_lost;
	if (rc != 0)
		destroy(db);
	pthread_mutex_lock(&pool->lock);
	pool->is_trying = false;
	if (rc == 0)
		note_success(pool);
	else
		note_failure(pool, is_lost, err);
	pthread_cond_broadcast(&pool->changed);
	if (rc == 0)
		*ret = db;
	return rc;
}

/* One that is free or new; the lock is held. */
static int find(struct postgres_pool *pool, uint64_t deadline_ns, struct postgres_db **ret,
                struct err *err)
{
	const struct timespec until = {
		.tv_sec = (time_t)(deadline_ns / (1000 * MS_NS)),
		.tv_nsec = (long)(deadline_ns % (1000 * MS_NS)),
	};
	int rc = 0;

	for (;;) {
		struct postgres_db *db = pool->free;

		if (db != NULL) {
			pool->free = db->next;
			if (!postgres_db_is_stale(db)) {
				db->deadline_ns = deadline_ns;
				*ret = db;
				return 0;
			}
			pool->n_open--;
			destroy(db); /* says good-bye to who is not there: does not wait */
			continue;
		}
		if (pool->n_open < pool->n_max)
			return add(pool, deadline_ns, ret, err);
		if (rc != 0)
			return err_set(err, ERR_UNAVAILABLE,
			               "all %zu connections to the database are in use",
			               pool->n_max);
		rc = pthread_cond_timedwait(&pool->changed, &pool->lock, &until);
	}
}

int postgres_lend(struct postgres_pool *pool, struct postgres_db **ret, struct err *err)
{
	uint64_t deadline_ns = clock_monotonic_ns() + pool->timeout_ms * MS_NS;

	pthread_mutex_lock(&pool->lock);
	int rc = find(pool, deadline_ns, ret, err);
	pthread_mutex_unlock(&pool->lock);
	return rc;
}

void postgres_return(struct postgres_db **lent)
{
	struct postgres_db *db = *lent, *gone = NULL;

	if (db == NULL)
		return;
	struct postgres_pool *pool = db->home;
	*lent = NULL;
	pthread_mutex_lock(&pool->lock);
	if (db->is_lost)
		gone = take_free(pool);
	if (db->is_broken || db->is_in_transaction) {
		db->next = gone;
		gone = db;
		pool->n_open--;
	} else {
		db->next = pool->free;
		pool->free = db;
	}
	pthread_cond_signal(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	destroy_all(gone);
}

void postgres_pool_retry(struct postgres_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->retry_ns = 0;
	pthread_mutex_unlock(&pool->lock);
}
