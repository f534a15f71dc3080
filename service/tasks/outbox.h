/*
 * Outbox: brings the deliveries that are due to their webhooks.
 *
 * One thread claims them from the store, hands them to the sender, and writes down what came of
 * each and when it is tried again (webhook/schedule.h).  410 ends a delivery, as does an address
 * that is not allowed.  A host that has enough under way already is put off, so that receivers
 * which hang hold up nobody else.
 */
#ifndef TASKS_OUTBOX_H
#define TASKS_OUTBOX_H

#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "store/store.h"
#include "webhook/sign.h"
#include "webhook/target.h"

struct outbox_options {
	struct store *store;
	const struct webhook_secret *secret; /* both stay the caller's, until outbox_stop() */
	const struct webhook_allowed *allowed;
	uint64_t timeout_ms; /* for one attempt */
	unsigned transfers_max, transfers_per_host_max;
};

struct outbox;

int outbox_start(const struct outbox_options *options, struct outbox **ret,
                 struct err *err) MUST_CHECK;

/* Something in the store may have changed: store_ops.watch. */
void outbox_wake(void *outbox);

/* End what is under way; what was not delivered stays due.  NULL is fine. */
void outbox_stop(struct outbox *outbox);

#endif
