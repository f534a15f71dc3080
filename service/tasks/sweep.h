/* Sweeper: removes what is too old to be kept, a few rows at a time, and counts what is there. */
#ifndef TASKS_SWEEP_H
#define TASKS_SWEEP_H

#include <stdint.h>

#include "base/err.h"
#include "base/macros.h"
#include "store/store.h"

struct sweeper_options {
	struct store *store;
	int64_t job_ttl_ms; /* ended jobs are kept so long; 0: for ever */
	uint64_t interval_ms;
};

struct sweeper;

int sweeper_start(const struct sweeper_options *options, struct sweeper **ret,
                  struct err *err) MUST_CHECK;

/* NULL is fine. */
void sweeper_stop(struct sweeper *sweeper);

#endif
