/*
 * What this process may use of the machine: the limits of its control groups (base/cgroup.h) where
 * they are tighter than what the machine has.
 */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include <stdint.h>

uint64_t machine_memory_bytes(void);

/* Processors, at least 1. */
unsigned machine_cpus(void);

#endif
