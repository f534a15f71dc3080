/*
 * Store watch: a store around a store, which times what is asked of it and raises the alarm.
 *
 * Stores return their errors and never log (a request is told, and that is that).  But a disk that
 * is full, or a file that cannot be read any more, is the operator's business, once and not for each
 * request: the first failure is logged as an error, further ones are once a minute, and so is the end
 * of it.  Reading and writing are apart, since a full disk can still be read.
 */
#ifndef TASKS_STORE_WATCH_H
#define TASKS_STORE_WATCH_H

#include "base/err.h"
#include "base/macros.h"
#include "store/store.h"

/* Takes the store, which is closed with the one that is returned, or at once on failure. */
int store_watch_open(struct store *inner, struct store **ret, struct err *err) MUST_CHECK;

/*
 * Ask a store that was opened here whether it works, and return what it says.  One that does not
 * yet keeps the service from being ready until an operation has succeeded once: a service that was
 * never told right where its store is should not take the place of one that was.  After that
 * readiness does not depend on the store: what needs none is served all the same.
 */
int store_watch_await(struct store *store, struct err *err) MUST_CHECK;

#endif
