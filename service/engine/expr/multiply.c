/* $multiply. */
#include "engine/expr/expr.h"

/* From the left to the first null; a product that outgrows 64 bits goes on as a double. */
static int multiply_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	enum value_type type = VALUE_INT;
	int64_t whole = 1;
	double real = 1;
	struct value v;

	for (uint32_t i = 0; i < e->n_args; i++) {
		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (!value_is_number(v))
			return expr_fail(e, ev, 14, "$multiply only supports numeric types, not %s",
			                 value_type_name(v.type));
		if (v.type > type)
			type = (enum value_type)v.type;
		real *= value_f64(v);
		if (type != VALUE_DOUBLE && __builtin_mul_overflow(whole, v.i64, &whole))
			type = VALUE_DOUBLE;
	}
	*ret = type == VALUE_DOUBLE ? value_double(real)
	       : type == VALUE_LONG ? value_long(whole)
	                            : value_whole(whole);
	return 0;
}

const struct expr_op expr_multiply_ops[] = {
	{
		.name = "$multiply",
		.doc = "Product of the numbers; null if any is null.",
		.usage = "{$multiply: [number, …]}",
		.args_max = EXPR_ANY,
		.eval = multiply_eval,
	},
	{ 0 }
};
