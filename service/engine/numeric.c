/* Arithmetic with MongoDB's promotions, and compensated sums. */
#include "engine/numeric.h"

#include <math.h>

/* A whole result: an int only when both operands were. */
static struct value whole(struct value x, struct value y, int64_t i)
{
	return x.type == VALUE_INT && y.type == VALUE_INT ? value_whole(i) : value_long(i);
}

struct value numeric_add(struct value x, struct value y)
{
	int64_t i;

	if (x.type == VALUE_DOUBLE || y.type == VALUE_DOUBLE ||
	    __builtin_add_overflow(x.i64, y.i64, &i))
		return value_double(value_f64(x) + value_f64(y));
	return whole(x, y, i);
}

struct value numeric_subtract(struct value x, struct value y)
{
	int64_t i;

	if (x.type == VALUE_DOUBLE || y.type == VALUE_DOUBLE ||
	    __builtin_sub_overflow(x.i64, y.i64, &i))
		return value_double(value_f64(x) - value_f64(y));
	return whole(x, y, i);
}

struct value numeric_multiply(struct value x, struct value y)
{
	int64_t i;

	if (x.type == VALUE_DOUBLE || y.type == VALUE_DOUBLE ||
	    __builtin_mul_overflow(x.i64, y.i64, &i))
		return value_double(value_f64(x) * value_f64(y));
	return whole(x, y, i);
}

/* ---- sums ---- */

/* x + y and what rounding took from it (Knuth): exact together, unless the sum overflows. */
static double two_sum(double x, double y, double *ret_error)
{
	double sum = x + y;
	double y_part = sum - x;
	double x_part = sum - y_part;

	*ret_error = (x - x_part) + (y - y_part);
	return sum;
}

static void add_finite(struct numeric_sum *sum, double d)
{
	double error, low;
	double high = two_sum(sum->high, d, &error);

	high = two_sum(high, sum->low + error, &low);
	if (UNLIKELY(!isfinite(high))) { /* it has overflowed: no way back from here */
		sum->n_up += d > 0;
		sum->n_down += d < 0;
		return;
	}
	sum->high = high;
	sum->low = low;
}

/* 64 bits do not fit a double, but each half does. */
static void add_halves(struct numeric_sum *sum, int64_t i)
{
	add_finite(sum, (double)(i >> 32) * 0x1p32);
	add_finite(sum, (double)(uint32_t)i);
}

static void add_whole(struct numeric_sum *sum, int64_t i)
{
	int64_t total;

	if (__builtin_add_overflow(sum->whole, i, &total)) {
		add_halves(sum, sum->whole);
		sum->has_spilled = true;
		total = i;
	}
	sum->whole = total;
}

static void add_double(struct numeric_sum *sum, double d)
{
	if (LIKELY(isfinite(d)))
		add_finite(sum, d);
	else if (isnan(d))
		sum->n_nan++;
	else if (d > 0)
		sum->n_up++;
	else
		sum->n_down++;
}

/* Out of line comes what is no int, and an int whose addition wrapped: that is undone. */
void numeric_sum_add_slow(struct numeric_sum *sum, struct value v)
{
	if (v.type == VALUE_DOUBLE) {
		sum->n_double++;
		add_double(sum, v.f64);
		return;
	}
	if (v.type == VALUE_INT)
		sum->whole = (int64_t)((uint64_t)sum->whole - (uint64_t)v.i64);
	else
		sum->n_long++;
	add_whole(sum, v.i64);
}

static void remove_double(struct numeric_sum *sum, double d)
{
	sum->n_double--;
	if (isnan(d))
		sum->n_nan--;
	else if (isinf(d) && d > 0)
		sum->n_up--;
	else if (isinf(d))
		sum->n_down--;
	else
		add_finite(sum, -d);
	if (sum->n_double == 0 && !sum->has_spilled)
		sum->high = sum->low = 0; /* nor may a rest of one be left */
}

void numeric_sum_remove(struct numeric_sum *sum, struct value v)
{
	if (v.type == VALUE_DOUBLE) {
		remove_double(sum, v.f64);
		return;
	}
	sum->n_long -= v.type == VALUE_LONG;
	if (v.i64 == INT64_MIN) { /* has no opposite */
		add_whole(sum, INT64_MAX);
		add_whole(sum, 1);
	} else {
		add_whole(sum, -v.i64);
	}
}

void numeric_sum_merge(struct numeric_sum *sum, const struct numeric_sum *other)
{
	add_whole(sum, other->whole);
	add_finite(sum, other->high);
	add_finite(sum, other->low);
	sum->n_long += other->n_long;
	sum->n_double += other->n_double;
	sum->n_nan += other->n_nan;
	sum->n_up += other->n_up;
	sum->n_down += other->n_down;
	sum->has_spilled |= other->has_spilled;
}

double numeric_sum_f64(const struct numeric_sum *sum)
{
	struct numeric_sum total = *sum;

	add_halves(&total, sum->whole);
	if (total.n_nan > 0 || (total.n_up > 0 && total.n_down > 0))
		return (double)NAN;
	if (total.n_up > 0 || total.n_down > 0)
		return total.n_up > 0 ? (double)INFINITY : -(double)INFINITY;
	return total.high + total.low;
}

bool numeric_sum_i64(const struct numeric_sum *sum, int64_t *ret)
{
	struct numeric_sum total = *sum;
	int64_t i;

	add_halves(&total, sum->whole);
	if (total.n_nan > 0 || total.n_up > 0 || total.n_down > 0)
		return false;
	double high = trunc(total.high);
	double rest = round(total.high - high + total.low); /* small beside high, and exact */
	if (high == 0x1p63 && rest < 0) {
		*ret = INT64_MAX + (int64_t)(rest + 1);
		return true;
	}
	if (!(high >= -0x1p63 && high < 0x1p63) ||
	    __builtin_add_overflow((int64_t)high, (int64_t)rest, &i))
		return false;
	*ret = i;
	return true;
}

struct value numeric_sum_value(const struct numeric_sum *sum)
{
	int64_t i;

	if (sum->n_double > 0 || !numeric_sum_i64(sum, &i))
		return value_double(numeric_sum_f64(sum));
	return sum->n_long > 0 ? value_long(i) : value_whole(i);
}
