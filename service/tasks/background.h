/*
 * Background: everything that happens to tasks by itself, started and stopped together.
 *
 * The worker runs jobs, the outbox tells webhooks how they ended, the sweeper removes what is too
 * old, and those who wait for the end of a job are woken.
 */
#ifndef TASKS_BACKGROUND_H
#define TASKS_BACKGROUND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "base/str.h"
#include "store/store.h"
#include "tasks/outbox.h"
#include "tasks/sweep.h"
#include "tasks/waiters.h"
#include "tasks/worker.h"

struct background_options {
	struct worker_options worker;
	struct sweeper_options sweeper;
	unsigned waiters_max;
	struct str webhook_secret; /* empty: there are no webhooks */
	struct str webhook_allow;  /* hosts and networks, see webhook/target.h */
	uint64_t webhook_timeout_ms;
	unsigned webhook_transfers_max, webhook_transfers_per_host_max;
};

struct background {
	struct store *store;
	struct waiters waiters;
	struct worker *worker;
	struct outbox *outbox; /* NULL: no webhooks */
	struct sweeper *sweeper;
	struct webhook_secret secret;
	struct webhook_allowed allowed;
};

/* All zeros, or started: background_stop() is fine with both. */
int background_start(const struct background_options *options, struct background *ret,
                     struct err *err) MUST_CHECK;

/* Are the options for webhooks as they should be?  Starts nothing. */
int background_check(const struct background_options *options, struct err *err) MUST_CHECK;

/* The service is about to stop: nobody waits any more, jobs are given back. */
void background_drain(struct background *background);

/* Before the pool and the store go. */
void background_stop(struct background *background);

/* Can a webhook go to this URL?  ERR_INVALID: the message says why not. */
int background_check_url(const struct background *background, struct str url,
                         struct err *err) MUST_CHECK;

#endif
