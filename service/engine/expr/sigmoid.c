/* $sigmoid: the logistic function. */
#include <math.h>

#include "engine/expr/expr.h"

/* The server rewrites it to 1 / (1 + exp(-1 * x)): hence the words and code of $multiply. */
static int sigmoid_call(const struct expr *e, struct eval *ev, const struct value *argv,
                        size_t argc, struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(argv[0]))
		return expr_fail(e, ev, 14, "$multiply only supports numeric types, not %s",
		                 value_type_name(argv[0].type));
	*ret = value_double(1 / (1 + exp(-value_f64(argv[0]))));
	return 0;
}

const struct expr_op expr_sigmoid_ops[] = {
	{
		.name = "$sigmoid",
		.doc = "The number pressed between 0 and 1: 1 / (1 + e^-x).",
		.usage = "{$sigmoid: number}",
		.args_min = 1,
		.args_max = 1,
		.call = sigmoid_call,
	},
	{ 0 }
};
