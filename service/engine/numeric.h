/*
 * Numeric: arithmetic over int, long and double as MongoDB does it, and sums that stay right.
 *
 * Two ints make an int, or a long when 32 bits cannot hold the result; anything with a long makes
 * a long, or a double when 64 bits cannot; anything with a double makes a double.
 *
 * A sum keeps whole numbers apart from doubles.  Whole numbers are exact, whatever their order;
 * doubles are added with the error of each addition carried along (three doubles, about 159 bits),
 * and what comes out is the exact sum, rounded once.  So it does not depend on the order, nor on
 * how its parts were grouped, unless that was not enough: is_rounded says so.  A sum of all zero
 * bytes is the empty one, and its value is the int 0.
 */
#ifndef ENGINE_NUMERIC_H
#define ENGINE_NUMERIC_H

#include "doc/value.h"

/* Both must be int, long or double; so is the result. */
struct value numeric_add(struct value x, struct value y);
struct value numeric_subtract(struct value x, struct value y);
struct value numeric_multiply(struct value x, struct value y);

struct numeric_sum {
	int64_t whole;                /* of ints and longs; what does not fit goes to the doubles */
	double high, low, rest;       /* the doubles: their sum is that of the three, exactly */
	uint64_t n_long, n_double;    /* so many of the type were added: they decide the type */
	uint32_t n_nan, n_up, n_down; /* NaN, infinity, minus infinity: counted, not added */
	bool has_spilled;             /* whole numbers have gone to the doubles */
	bool is_rounded;              /* bits were lost: the order of adding may show */
};

void numeric_sum_add_slow(struct numeric_sum *sum, struct value v);

/* v must be a number (value_is_number()). */
static inline void numeric_sum_add(struct numeric_sum *sum, struct value v)
{
	if (v.type != VALUE_INT || __builtin_add_overflow(sum->whole, v.i64, &sum->whole))
		numeric_sum_add_slow(sum, v);
}

/* Take a value out again that was added before: for windows that slide. */
void numeric_sum_remove(struct numeric_sum *sum, struct value v);

/* Add all of other. */
void numeric_sum_merge(struct numeric_sum *sum, const struct numeric_sum *other);

/* Int if only ints were added and 32 bits hold it; long if 64 do; else double. */
struct value numeric_sum_value(const struct numeric_sum *sum);

double numeric_sum_f64(const struct numeric_sum *sum);

/* The sum rounded to the nearest whole number, half away from zero; false beyond 64 bits. */
bool numeric_sum_i64(const struct numeric_sum *sum, int64_t *ret);

#endif
