/*
 * Decimals: $numberDecimal is carried and converted, never computed with.
 *
 * A decimal is up to 34 digits times a power of ten, as IEEE 754's decimal128; trailing zeros
 * count: 1.50 is not written like 1.5.
 */
#ifndef ENGINE_DECIMAL_H
#define ENGINE_DECIMAL_H

#include "doc/value.h"

#define DECIMAL_DIGITS 34
#define DECIMAL_TEXT_SIZE 48

struct decimal {
	enum decimal_kind { DECIMAL_NUMBER, DECIMAL_NAN, DECIMAL_INFINITY } kind;
	bool is_negative;
	char digits[DECIMAL_DIGITS]; /* n of them, without leading zeros; none: zero */
	int n;
	int exponent; /* of the last digit */
};

/* "1.50", "-1e3", "Infinity", "NaN"; more than 34 digits are rounded; false when out of range too. */
bool decimal_parse(struct str s, struct decimal *ret);

/* With 15 significant digits, as MongoDB makes decimals of doubles. */
void decimal_from_double(double d, struct decimal *ret);

/* "1.50", "-1E+3"; returns the length, not NUL-terminated. */
size_t decimal_format(const struct decimal *d, char ret[DECIMAL_TEXT_SIZE]);

/* Cut to a whole number; false when that does not fit, or is none. */
bool decimal_to_i64(const struct decimal *d, int64_t *ret);

bool decimal_is_zero(const struct decimal *d);

#endif
