/* $pow: whole where it can be, else a double. */
#include <math.h>

#include "engine/expr/expr.h"

/* At most 63 times; false when it does not fit 64 bits or is no whole number. */
static bool pow_whole(int64_t base, int64_t exponent, int64_t *ret)
{
	int64_t result = 1;

	if (base == 1 || base == -1) {
		*ret = base == -1 && exponent % 2 != 0 ? -1 : 1;
		return true;
	}
	if (exponent < 0)
		return false;
	if (base == 0) {
		*ret = exponent == 0;
		return true;
	}
	if (exponent > 63)
		return false;
	for (; exponent > 0; exponent--)
		if (__builtin_mul_overflow(result, base, &result))
			return false;
	*ret = result;
	return true;
}

static int pow_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	struct value base = argv[0], exponent = argv[1];
	int64_t whole;

	(void)argc;
	if (value_is_nullish(base) || value_is_nullish(exponent)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(base))
		return expr_fail(e, ev, 28762, "$pow's base must be numeric, not %s",
		                 value_type_name(base.type));
	if (!value_is_number(exponent))
		return expr_fail(e, ev, 28763, "$pow's exponent must be numeric, not %s",
		                 value_type_name(exponent.type));
	if (value_f64(base) == 0 && value_f64(exponent) < 0)
		return expr_fail(e, ev, 28764,
		                 "$pow cannot take a base of 0 and a negative exponent");
	if (base.type == VALUE_DOUBLE || exponent.type == VALUE_DOUBLE ||
	    !pow_whole(base.i64, exponent.i64, &whole))
		*ret = value_double(pow(value_f64(base), value_f64(exponent)));
	else
		*ret = base.type == VALUE_LONG || exponent.type == VALUE_LONG ? value_long(whole)
		                                                              : value_whole(whole);
	return 0;
}

const struct expr_op expr_pow_ops[] = { {
						.name = "$pow",
						.doc = "The first number raised to the second.",
						.usage = "{$pow: [number, exponent]}",
						.args_min = 2,
						.args_max = 2,
						.call = pow_call,
					},
	                                { 0 } };
