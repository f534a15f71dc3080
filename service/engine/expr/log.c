/* $log: a logarithm to any base. */
#include <math.h>

#include "engine/expr/expr.h"

static int log_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	struct value v = argv[0], base = argv[1];

	(void)argc;
	if (value_is_nullish(v) || value_is_nullish(base)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(v))
		return expr_fail(e, ev, 28756, "$log's argument must be numeric, not %s",
		                 value_type_name(v.type));
	if (!value_is_number(base))
		return expr_fail(e, ev, 28757, "$log's base must be numeric, not %s",
		                 value_type_name(base.type));
	if (value_f64(v) <= 0)
		return expr_fail(e, ev, 28758,
		                 "$log's argument must be a positive number, but is %g",
		                 value_f64(v));
	if (value_f64(base) <= 0 || value_f64(base) == 1)
		return expr_fail(e, ev, 28759,
		                 "$log's base must be a positive number not equal to 1, but is %g",
		                 value_f64(base));
	*ret = value_double(log(value_f64(v)) / log(value_f64(base)));
	return 0;
}

const struct expr_op expr_log_ops[] = {
	{
		.name = "$log",
		.doc = "Logarithm of the first number to the base of the second.",
		.usage = "{$log: [number, base]}",
		.args_min = 2,
		.args_max = 2,
		.call = log_call,
	},
	{ 0 }
};
