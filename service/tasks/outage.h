/*
 * Outage: how somebody who asks the store for work again and again does so while it fails: less and
 * less often, and with one line in the log at the beginning and one at the end.  What else the log
 * should know the store watch says for all of them.
 *
 * For one thread; set what first.
 */
#ifndef TASKS_OUTAGE_H
#define TASKS_OUTAGE_H

#include <stdint.h>

#include "base/err.h"

struct outage {
	const char *what;  /* cannot be had: "jobs" */
	uint64_t until_ns; /* nothing is asked for before */
	uint64_t pause_ns; /* the last one; 0: the store works */
};

/* It was asked for work, and failed. */
void outage_failed(struct outage *outage, const struct err *err);

/* It has answered, with work or without. */
void outage_answered(struct outage *outage);

/* The store says that there is something new: it may work again. */
void outage_heard(struct outage *outage);

#endif
