/* Wake: the function that a store calls when a job or a delivery may be due. */
#include "store/wake.h"

void store_wake_set(struct store_wake *wake, store_wake_fn *fn, void *arg)
{
	pthread_mutex_lock(&wake->lock);
	wake->fn = fn;
	wake->arg = arg;
	pthread_mutex_unlock(&wake->lock);
}

void store_wake_call(struct store_wake *wake)
{
	/* The lock is held during the call, so that its end can be waited for. */
	pthread_mutex_lock(&wake->lock);
	if (wake->fn != NULL)
		wake->fn(wake->arg);
	pthread_mutex_unlock(&wake->lock);
}
