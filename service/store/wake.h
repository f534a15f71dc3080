/* Wake: the function that a store calls when a job or a delivery may be due.  Inside store/. */
#ifndef STORE_WAKE_H
#define STORE_WAKE_H

#include <pthread.h>

#include "store/store.h"

struct store_wake {
	pthread_mutex_t lock;
	store_wake_fn *fn;
	void *arg;
};

#define STORE_WAKE_INIT ((struct store_wake){ .lock = PTHREAD_MUTEX_INITIALIZER })

/* NULL: nobody.  When this returns, nobody is in the one that was there before. */
void store_wake_set(struct store_wake *wake, store_wake_fn *fn, void *arg);

void store_wake_call(struct store_wake *wake);

#endif
