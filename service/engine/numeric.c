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
	double error, low, lost;
	double high = two_sum(sum->high, d, &error);

	low = two_sum(sum->low, error, &lost);
	high = two_sum(high, low, &low);
	if (UNLIKELY(!isfinite(high))) { /* it has overflowed: no way back from here */
		sum->n_up += d > 0;
		sum->n_down += d < 0;
		sum->is_rounded = true;
		return;
	}
	sum->high = high;
	sum->low = low;
	if (UNLIKELY(lost != 0)) {
		sum->rest = two_sum(sum->rest, lost, &lost);
		sum->is_rounded |= lost != 0;
	}
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
		sum->high = sum->low = sum->rest = 0; /* nor may a rest of one be left */
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
	add_finite(sum, other->rest);
	sum->n_long += other->n_long;
	sum->n_double += other->n_double;
	sum->n_nan += other->n_nan;
	sum->n_up += other->n_up;
	sum->n_down += other->n_down;
	sum->has_spilled |= other->has_spilled;
	sum->is_rounded |= other->is_rounded;
}

/*
 * One more number among the parts of a sum, which grow in size and do not overlap (Shewchuk):
 * exact.  Returns how many there are now.
 */
static size_t parts_add(double *parts, size_t n, double d)
{
	size_t n_kept = 0;

	for (size_t i = 0; i < n; i++) {
		double error;

		d = two_sum(d, parts[i], &error);
		if (error != 0)
			parts[n_kept++] = error;
	}
	parts[n_kept++] = d;
	return n_kept;
}

/* Rounded once: of two doubles that are equally near, what is left of the sum decides. */
static double parts_round(const double *parts, size_t n)
{
	double high = parts[--n], low = 0;

	while (n > 0 && low == 0)
		high = two_sum(high, parts[--n], &low);
	if (n > 0 && ((low < 0 && parts[n - 1] < 0) || (low > 0 && parts[n - 1] > 0))) {
		double up = high + low * 2;

		if (up - high == low * 2) /* low was half of the last bit, and there is more */
			return up;
	}
	return high;
}

/* Of the finite ones. */
static double exact(const struct numeric_sum *sum)
{
	const double all[] = {
		sum->high,
		sum->low,
		sum->rest,
		(double)(sum->whole >> 32) * 0x1p32,
		(double)(uint32_t)sum->whole,
	};
	double parts[ARRAY_LEN(all)];
	size_t n = 0;

	if (sum->rest == 0 && sum->whole == 0)
		return sum->high + sum->low;
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		n = parts_add(parts, n, all[i]);
	return parts_round(parts, n);
}

double numeric_sum_f64(const struct numeric_sum *sum)
{
	if (sum->n_nan > 0 || (sum->n_up > 0 && sum->n_down > 0))
		return (double)NAN;
	if (sum->n_up > 0 || sum->n_down > 0)
		return sum->n_up > 0 ? (double)INFINITY : -(double)INFINITY;
	return exact(sum);
}

bool numeric_sum_i64(const struct numeric_sum *sum, int64_t *ret)
{
	struct numeric_sum total = *sum;
	int64_t i;

	if (LIKELY(sum->n_double == 0 && !sum->has_spilled)) {
		*ret = sum->whole;
		return true;
	}
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
