/* $ifNull: the first value that is neither null nor missing. */
#include "engine/expr/expr.h"

static int if_null_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value v = MISSING;

	for (uint32_t i = 0; i < e->n_args; i++) {
		TRY(expr_eval(e->args[i], ev, &v));
		if (!value_is_nullish(v))
			break;
	}
	*ret = v;
	return 0;
}

const struct expr_op expr_if_null_ops[] = {
	{
		.name = "$ifNull",
		.doc = "The first value that is neither null nor missing, else the last one as it is.",
		.usage = "{$ifNull: [expression, …, replacement]}",
		.args_min = 2,
		.args_max = EXPR_ANY,
		.arity_code = 1257300,
		.flags = EXPR_TOTAL,
		.eval = if_null_eval,
	},
	{ 0 }
};
