/* $concatArrays: arrays one after the other. */
#include "engine/expr/expr.h"

/* Arguments after the first null are not looked at. */
static int concat_arrays_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct array **arrays = arena_array(ev->arena, e->n_args, sizeof *arrays);

	if (arrays == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (v.type != VALUE_ARRAY)
			return expr_fail(e, ev, 28664, "$concatArrays only supports arrays, not %s",
			                 value_type_name(v.type));
		arrays[i] = v.array;
		TRY(eval_tick_n(ev, i > 0 ? array_n(ev->arena, v.array) : 1));
	}
	*ret = e->n_args > 0 ? array_concat(ev->arena, arrays, e->n_args)
	                     : array_take(ev->arena, NULL, 0);
	return 0;
}

const struct expr_op expr_concat_arrays_ops[] = {
	{
		.name = "$concatArrays",
		.doc = "One array of the elements of all; null if any argument is null.",
		.usage = "{$concatArrays: [array, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = concat_arrays_eval,
	},
	{ 0 }
};
