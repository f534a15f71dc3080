/* Sizes and durations as people write them: 64MiB, 30s. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

/* Digits with nothing, KiB, MiB or GiB behind them; false when it is not that or does not fit. */
bool quantity_parse_bytes(struct str s, uint64_t *ret) MUST_CHECK;

/* Digits with ms, s, min or h behind them, or just 0. */
bool quantity_parse_ms(struct str s, uint64_t *ret_ms) MUST_CHECK;

#endif
