/*
 * Memory of the service: how much of what requests gave back is kept for the next ones.
 *
 * Pages that are fresh from the system cost as much as what is done with them, so memory that was
 * freed stays with the process while there is work, and goes back when there is none.
 */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

#include <stdint.h>

/* Once, before there are threads. */
void memory_tune(void);

/* How often memory_rest() wants to be called. */
#define MEMORY_REST_MS 1000

/* From one call of memory_rest() to the next; all zeros at first. */
struct memory_rest {
	uint64_t cpu_ns;     /* of the process */
	uint64_t trimmed_ns; /* processor time when memory was last given back */
};

/* Give back what is free, if nothing was done since the last call but something before. */
void memory_rest(struct memory_rest *rest);

#endif
