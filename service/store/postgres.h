/*
 * The PostgreSQL store: tasks in a database that several replicas share.
 *
 * Every change is a transaction of the server's, acknowledged after it was committed.  Whose turn it
 * is, what time it is and in which order tasks were made is the server's to say.  Replicas tell
 * each other by NOTIFY that there is something to do.
 *
 * While the server is out of reach every operation is ERR_UNAVAILABLE, most of them at once, and
 * that includes the time right after opening; when it is back, so is the store.  One exception to
 * what store.h promises of failures cannot be avoided: when the server goes away just while it
 * commits, nobody knows whether it did, and the message says so (store/outcome.h).
 *
 * The URL is one that libpq reads (postgresql://USER@HOST:PORT/DATABASE), and no message holds it.
 */
#ifndef STORE_POSTGRES_H
#define STORE_POSTGRES_H

#include "store/store.h"

int postgres_store_open(struct str url, const struct store_limits *limits, struct store **ret,
                        struct err *err) MUST_CHECK;

#endif
