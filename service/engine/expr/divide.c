/* $divide: always a double. */
#include "engine/expr/expr.h"

static int divide_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                       struct value *ret)
{
	struct value x = argv[0], y = argv[1];

	(void)argc;
	if (value_is_nullish(x) || value_is_nullish(y)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(x) || !value_is_number(y))
		return expr_fail(e, ev, 14, "$divide only supports numeric types, not %s and %s",
		                 value_type_name(x.type), value_type_name(y.type));
	if (value_f64(y) == 0)
		return expr_fail(e, ev, 2, "can't $divide by zero");
	*ret = value_double(value_f64(x) / value_f64(y));
	return 0;
}

const struct expr_op expr_divide_ops[] = {
	{
		.name = "$divide",
		.doc = "The first number divided by the second, as a double.",
		.usage = "{$divide: [number, number]}",
		.args_min = 2,
		.args_max = 2,
		.call = divide_call,
	},
	{ 0 }
};
