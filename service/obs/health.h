/*
 * Health: is the process alive, and should it be sent requests.
 *
 * Alive is whoever answers.  Ready is a service that has started, is not draining, and whose checks
 * are all well; a check that nobody has set does not count.  Names are static strings.  Every
 * function may be called from any thread.
 */
#ifndef OBS_HEALTH_H
#define OBS_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The outcome of a check; detail (copied, cut at 127 bytes) is for the person who looks. */
void health_set(const char *check, bool is_well, const char *detail);

void health_set_started(void);
void health_set_draining(void);
bool health_is_draining(void);

bool health_is_ready(void);

/* Why it is not ready: "draining", "starting", or the failing checks with their details. */
void health_explain(char *ret, size_t size);

/* {"status":"ready"|"starting"|"draining"|"failing"}, with "checks" when verbose. */
void health_write(struct buf *ret, bool verbose);

/* As after the start of the process: for tests. */
void health_reset(void);

#endif
