/* Scalars as strings: what $toString, $toUpper, $substr and others make of numbers and dates. */
#ifndef ENGINE_TEXT_H
#define ENGINE_TEXT_H

#include "doc/value.h"

/*
 * The string of an int, long, double, decimal or date, and a string itself; missing for any other
 * type, and for a date outside the years that can be written (0 to 9999).  Doubles have up to 16
 * significant digits, dates milliseconds: "100", "1e+21", "2020-01-01T00:00:00.000Z".
 */
struct value text_from(struct arena *a, struct value v);

#endif
