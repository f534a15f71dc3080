/* Sizes and durations as people write them: 64MiB, 30s. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

#define QUANTITY_TEXT_SIZE 32

/* Digits with nothing, B, KiB, MiB, GiB or TiB behind them; false when it is not that or too large. */
bool quantity_parse_bytes(struct str s, uint64_t *ret) MUST_CHECK;

/* Digits with ms, s, min or h behind them, or just 0. */
bool quantity_parse_ms(struct str s, uint64_t *ret_ms) MUST_CHECK;

/* In the largest unit that leaves a whole number; size is at least QUANTITY_TEXT_SIZE. */
void quantity_format_bytes(uint64_t bytes, char *ret, size_t size);
void quantity_format_ms(uint64_t ms, char *ret, size_t size);

#endif
