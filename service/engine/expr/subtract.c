/* $subtract: numbers, dates, or milliseconds from a date. */
#include <math.h>

#include "engine/expr/expr.h"
#include "engine/numeric.h"

#define OVERFLOW_CODE 15

static int subtract_from_date(const struct expr *e, struct eval *ev, int64_t date, struct value y,
                              struct value *ret)
{
	int64_t ms = y.i64, i;

	if (y.type != VALUE_DATE && !value_is_number(y))
		return expr_fail(e, ev, 14, "can't $subtract %s from Date", value_type_name(y.type));
	if (y.type == VALUE_DOUBLE) {
		if (!(y.f64 >= -0x1p63 && y.f64 < 0x1p63))
			return expr_fail(e, ev, OVERFLOW_CODE, "date overflow in $subtract");
		ms = llround(y.f64);
	}
	if (__builtin_sub_overflow(date, ms, &i))
		return expr_fail(e, ev, OVERFLOW_CODE, "date overflow in $subtract");
	*ret = y.type == VALUE_DATE ? value_long(i) : value_date(i);
	return 0;
}

static int subtract_call(const struct expr *e, struct eval *ev, const struct value *argv,
                         size_t argc, struct value *ret)
{
	struct value x = argv[0], y = argv[1];

	(void)argc;
	if (value_is_number(x) && value_is_number(y))
		*ret = numeric_subtract(x, y);
	else if (value_is_nullish(x) || value_is_nullish(y))
		*ret = NUL_VALUE;
	else if (x.type == VALUE_DATE)
		return subtract_from_date(e, ev, x.i64, y, ret);
	else
		return expr_fail(e, ev, 14, "can't $subtract %s from %s", value_type_name(y.type),
		                 value_type_name(x.type));
	return 0;
}

const struct expr_op expr_subtract_ops[] = {
	{
		.name = "$subtract",
		.doc = "The first less the second: numbers, milliseconds between dates, or an earlier date.",
		.usage = "{$subtract: [number or date, number or date]}",
		.args_min = 2,
		.args_max = 2,
		.call = subtract_call,
	},
	{ 0 }
};
