/* Numbers from outside: sums and products that notice overflow, and strict parsing. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "base/str.h"

/* false when the result does not fit; *ret is then untouched. */
static inline bool num_add(size_t a, size_t b, size_t *ret)
{
	size_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*ret = sum;
	return true;
}

static inline bool num_mul(size_t a, size_t b, size_t *ret)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*ret = product;
	return true;
}

/* Digits only, all of s, no sign, no blanks; false when it is not that or does not fit. */
bool num_parse_u64(struct str s, uint64_t *ret) MUST_CHECK;

/* The same with an optional minus sign. */
bool num_parse_i64(struct str s, int64_t *ret) MUST_CHECK;

#define NUM_TEXT_SIZE 21 /* of the longest, with its sign */

/* Write the digits, without a NUL; returns where they end. */
char *num_put_u64(char *to, uint64_t n);
char *num_put_i64(char *to, int64_t n);

#endif
