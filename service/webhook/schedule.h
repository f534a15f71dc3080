/* When a webhook that was not taken is sent again. */
#ifndef WEBHOOK_SCHEDULE_H
#define WEBHOOK_SCHEDULE_H

#include <stdint.h>

/* Attempts altogether: the first, and one after each of the delays. */
#define WEBHOOK_ATTEMPTS_MAX 7

/*
 * Milliseconds from the n-th failed attempt (from 1) to the next one: 5 s, 30 s, 5 min, 30 min,
 * 2 h, 8 h, each by up to 20 % shorter or longer, as random (any 64 bits) says; -1 after the last.
 */
int64_t webhook_delay_ms(unsigned n_attempts, uint64_t random);

#endif
