/*
 * Pool: the connections to a PostgreSQL server, lent to one operation at a time.
 *
 *	CLEANUP(postgres_return) struct postgres_db *db = NULL;
 *
 *	TRY(postgres_lend(pool, &db, err));
 *
 * An operation has a deadline from the moment it asks: for its turn, for connecting, and for every
 * statement.  While the server is out of reach one operation at a time tries it, after a pause that
 * grows; all others fail at once with what the last one was told.  So no more than a few threads
 * ever wait for a server that does not answer, and the first one that does is found soon.
 *
 * The first connection brings the database to the tables that this program knows.  Inside store/.
 */
#ifndef STORE_POSTGRES_POOL_H
#define STORE_POSTGRES_POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/postgres_db.h"

struct postgres_pool {
	const char *url;     /* borrowed */
	uint64_t timeout_ms; /* of one operation */
	size_t n_max;

	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	struct postgres_db *free;
	size_t n_open; /* lent, free, or being opened */
	bool is_migrated;
	bool is_failing, is_trying; /* at first it is failing */
	bool is_out_of_reach;       /* nobody has answered; else somebody has, and it will not do */
	struct err problem;         /* while it is failing */
	uint64_t retry_ns, pause_ms;
};

void postgres_pool_init(struct postgres_pool *pool, const char *url, uint64_t timeout_ms,
                        size_t n_max);

/* All must have been returned. */
void postgres_pool_deinit(struct postgres_pool *pool);

int postgres_lend(struct postgres_pool *pool, struct postgres_db **ret, struct err *err) MUST_CHECK;
void postgres_return(struct postgres_db **db);

/* The server has answered somebody: the next one need not wait until it is tried again. */
void postgres_pool_retry(struct postgres_pool *pool);

#endif
