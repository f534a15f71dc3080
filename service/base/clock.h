/* Clocks: one that only goes forward, for durations; and the calendar's. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Nanoseconds since some moment: only differences mean anything. */
uint64_t clock_monotonic_ns(void);

/* Milliseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall_ms(void);

#define CLOCK_RFC3339_SIZE 32

/* "2026-02-28T23:59:58.123Z": UTC with milliseconds; size at least CLOCK_RFC3339_SIZE. */
void clock_format_rfc3339(int64_t wall_ms, char *ret, size_t size);

#endif
