/*
 * Listener: a thread that hears what other replicas say on the database's channel.
 *
 * It has a connection of its own, and a new one after that was lost: then it wakes whoever waits, as
 * something may have been said meanwhile.  Nothing depends on it but how soon a job is begun: those
 * who wait look by themselves from time to time.  Inside store/.
 */
#ifndef STORE_POSTGRES_LISTENER_H
#define STORE_POSTGRES_LISTENER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/uuid.h"
#include "store/postgres_pool.h"
#include "store/wake.h"

struct postgres_listener {
	struct postgres_pool *pool; /* whose server it hears; borrowed */
	struct store_wake *wake;    /* borrowed */
	char name[UUID_TEXT_SIZE];  /* of this process: it does not hear itself */
	pthread_t thread;
	int stop_fd; /* something to read: it is time to end */
	bool is_started;
};

/* Once. */
int postgres_listener_start(struct postgres_listener *listener, struct err *err) MUST_CHECK;

/* One that was never started is fine. */
void postgres_listener_stop(struct postgres_listener *listener);

/* Tell the others, when the transaction that is open is committed. */
int postgres_notify(struct postgres_db *db, const char *name, struct err *err) MUST_CHECK;

#endif
