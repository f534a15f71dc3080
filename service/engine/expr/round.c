/* $round and $trunc: to a decimal place, on the exact value of the number. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "doc/number.h"
#include "engine/expr/expr.h"

#define PLACE_MIN (-20)
#define PLACE_MAX 100
#define DIGITS 34 /* the precision of MongoDB's decimal, in which it rounds */
#define POWER_U64_MAX 19
#define SCALED_MAX 0x1p51 /* below it halves are exact */

enum mode { HALF_EVEN, TO_ZERO };

/* ---- whole numbers ---- */

static int round_whole(const struct expr *e, struct eval *ev, struct value v, int place,
                       struct value *ret)
{
	uint64_t unit = 1, size = v.i64 < 0 ? 0 - (uint64_t)v.i64 : (uint64_t)v.i64;

	if (place < -POWER_U64_MAX) { /* even half the unit is beyond 64 bits */
		*ret = v.type == VALUE_INT ? value_int(0) : value_long(0);
		return 0;
	}
	for (int i = place; i < 0; i++)
		unit *= 10;
	uint64_t quotient = size / unit, rest = size % unit, half = unit / 2;
	if (e->op->option == HALF_EVEN && (rest > half || (rest == half && quotient % 2 == 1)))
		quotient++;
	if (__builtin_mul_overflow(quotient, unit, &size) ||
	    size > (uint64_t)INT64_MAX + (v.i64 < 0))
		return expr_fail(e, ev, 51080,
		                 "invalid conversion from Decimal128 result in %s resulting from "
		                 "arguments: [%lld, %d]",
		                 e->op->name, (long long)v.i64, place);
	int64_t i = v.i64 < 0 ? (int64_t)(0 - size) : (int64_t)size;
	*ret = v.type == VALUE_INT ? value_whole(i) : value_long(i);
	return 0;
}

/* ---- doubles ---- */

/* 10^15 and 53 bits: no double comes so near to a tie that 34 digits could not tell them apart. */
static const double powers[] = {
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
};

/*
 * Scaled by a power of ten; fma() tells what that lost, which decides when the scaled number seems
 * to be a tie (for $round) or whole (for $trunc).  Scaling the whole part back is correctly rounded.
 */
static bool round_fast(double d, int place, enum mode mode, double *ret)
{
	int n = abs(place);
	double size = fabs(d), scaled, lost;

	if (n >= (int)ARRAY_LEN(powers))
		return false;
	scaled = place < 0 ? size / powers[n] : size * powers[n];
	if (!(scaled < SCALED_MAX))
		return false;
	double whole = floor(scaled), rest = scaled - whole;
	if (rest == (mode == HALF_EVEN ? 0.5 : 0.0)) {
		lost = place < 0 ? fma(-scaled, powers[n], size) : fma(size, powers[n], -scaled);
		if (mode == HALF_EVEN)
			whole += lost > 0 || (lost == 0 && fmod(whole, 2) == 1);
		else
			whole -= lost < 0;
	} else if (mode == HALF_EVEN && rest > 0.5) {
		whole++;
	}
	*ret = copysign(place < 0 ? whole * powers[n] : whole / powers[n], d);
	return true;
}

/* Add one to a number of n decimal digits; true when it has grown to 1 and n zeros. */
static bool increment(char *digits, int n)
{
	while (n > 0 && digits[n - 1] == '9')
		digits[--n] = '0';
	if (n > 0)
		digits[n - 1]++;
	return n == 0;
}

/* Does the cut behind the first n_kept of the digits round up? */
static bool is_up(const char *digits, int n_kept)
{
	if (digits[n_kept] != '5')
		return digits[n_kept] > '5';
	for (int i = n_kept + 1; i < DIGITS; i++)
		if (digits[i] != '0')
			return true;
	return n_kept > 0 && (digits[n_kept - 1] - '0') % 2 == 1;
}

/* On the decimal digits: d is their fraction 0.ddd… times 10^exponent. */
static double round_digits(double d, int place, enum mode mode)
{
	char text[DIGITS + 16], digits[DIGITS], rounded[DIGITS + 16];
	double rounded_size = 0;
	int exponent = 0;

	snprintf(text, sizeof text, "%.*e", DIGITS - 1, fabs(d));
	digits[0] = text[0];
	for (int i = 1; i < DIGITS; i++)
		digits[i] = text[i + 1];
	(void)sscanf(text + DIGITS + 2, "%d", &exponent);
	exponent++;

	int n_kept = exponent + place;
	if (n_kept >= DIGITS)
		return d;
	if (n_kept < 0)
		return copysign(0, d);
	bool has_grown = mode == HALF_EVEN && is_up(digits, n_kept) && increment(digits, n_kept);
	int len = snprintf(rounded, sizeof rounded, "%s%.*se%d", has_grown ? "1" : "0", n_kept,
	                   digits, exponent - n_kept);
	(void)number_parse_double(rounded, (size_t)len, &rounded_size);
	return copysign(rounded_size, d);
}

static double round_double(double d, int place, enum mode mode)
{
	double rounded;

	if (!isfinite(d) || d == 0)
		return d;
	if (place == 0)
		return mode == HALF_EVEN ? rint(d) : trunc(d);
	if (round_fast(d, place, mode, &rounded))
		return rounded;
	return round_digits(d, place, mode);
}

/* ---- the operators ---- */

static int check_place(const struct expr *e, struct eval *ev, struct value v, int *ret)
{
	int64_t place;

	if (!value_as_i64(v, &place) || place != (int32_t)place)
		return expr_fail(e, ev, 51082, "precision argument to  %s must be a integral value",
		                 e->op->name);
	if (place < PLACE_MIN || place > PLACE_MAX)
		return expr_fail(e, ev, 51083,
		                 "cannot apply %s with precision value %lld value must be in [%d, %d]",
		                 e->op->name, (long long)place, PLACE_MIN, PLACE_MAX);
	*ret = (int)place;
	return 0;
}

static int round_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	struct value v = argv[0];
	int place = 0;

	if (value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(v))
		return expr_fail(e, ev, 51081, "%s only supports numeric types, not %s",
		                 e->op->name, value_type_name(v.type));
	if (argc > 1 && value_is_nullish(argv[1])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argc > 1)
		TRY(check_place(e, ev, argv[1], &place));
	if (v.type == VALUE_DOUBLE)
		*ret = value_double(round_double(v.f64, place, (enum mode)e->op->option));
	else if (place >= 0)
		*ret = v;
	else
		return round_whole(e, ev, v, place, ret);
	return 0;
}

const struct expr_op expr_round_ops[] = {
	{
		.name = "$round",
		.doc = "The number at so many decimal places (0 if not said), half to even.",
		.usage = "{$round: [number, place]}",
		.args_min = 1,
		.args_max = 2,
		.call = round_call,
		.option = HALF_EVEN,
	},
	{
		.name = "$trunc",
		.doc = "The number cut to so many decimal places (0 if not said).",
		.usage = "{$trunc: [number, place]}",
		.args_min = 1,
		.args_max = 2,
		.call = round_call,
		.option = TO_ZERO,
	},
	{ 0 }
};
