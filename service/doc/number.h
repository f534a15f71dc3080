/*
 * Numbers as JSON text: exact both ways.
 *
 * Reading is correctly rounded and writing gives the shortest text that reads back as the same
 * double (std::from_chars and std::to_chars behind a fast path for what documents mostly hold).
 */
#ifndef DOC_NUMBER_H
#define DOC_NUMBER_H

#include <stddef.h>

#include "doc/value.h"

#define NUMBER_TEXT_SIZE 40

/*
 * The number that a checked JSON number spells: int, long beyond 32 bits, double beyond 64 or
 * with a point or exponent.  Beyond the range of a double it is an infinity.
 */
struct value number_parse(const char *text, size_t len);

/* Does the whole of text match JSON's grammar of numbers? */
bool number_is_valid(const char *text, size_t len);

/*
 * Shortest text of a finite double, always with a point or an exponent: 2.0, 0.1, 1e+21, 1e-7.
 * Returns its length; not NUL-terminated.
 */
size_t number_format_double(double d, char ret[NUMBER_TEXT_SIZE]);

/* At most 20 bytes, not NUL-terminated. */
size_t number_format_i64(int64_t i, char *ret);

/*
 * Parse all of text as a decimal number in the way of strtod without blanks, hexadecimal, "inf"
 * or "nan": false when it is not one.  Out of range gives an infinity or zero.
 */
bool number_parse_double(const char *text, size_t len, double *ret);

#endif
