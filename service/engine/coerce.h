/* Turning values into others where MongoDB does so without being asked. */
#ifndef ENGINE_COERCE_H
#define ENGINE_COERCE_H

#include "doc/value.h"

/* Text of a number as the server prints it: up to 16 digits, 100, 1e+21, 1e-07, NaN, Infinity. */
struct str coerce_number_to_string(struct arena *a, struct value number);

/*
 * The text that $toUpper, $substr and their like take a value for: numbers and dates are written
 * out, null and missing are "".  false for any other type.
 */
bool coerce_to_string(struct arena *a, struct value v, struct str *ret);

/*
 * A number cut to a whole one, and to the range of 64 bits.  Only for numbers.
 */
int64_t coerce_to_i64(struct value number);

/* Is it a number, and a whole one of 32 bits? */
bool coerce_to_i32(struct value v, int32_t *ret);

#endif
