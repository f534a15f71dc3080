/*
 * What this process may use of the machine: the cgroup's limits (version 1 or 2, whichever is
 * there) where they are tighter than what the machine has.
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <stdint.h>

uint64_t machine_memory_bytes(void);

/* Processors, at least 1; a quota of one and a half counts as two. */
unsigned machine_cpus(void);

#endif
