/* $setUnion: every value that is in any of the arrays, once. */
#include "engine/expr/set_operands.h"

static int set_union_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct array **arrays = arena_array(ev->arena, e->n_args, sizeof *arrays);
	struct value *items;
	uint32_t n;

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
			return expr_fail(e, ev, 17043,
			                 "All operands of $setUnion must be arrays. One argument is of type: %s",
			                 value_type_name(v.type));
		arrays[i] = v.array;
	}
	TRY(set_gather(ev, arrays, e->n_args, &items, &n));
	return set_from_items(ev, items, n, ret);
}

const struct expr_op expr_set_union_ops[] = {
	{
		.name = "$setUnion",
		.doc = "Every value that is in any of the arrays, once, in order.",
		.usage = "{$setUnion: [array, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = set_union_eval,
	},
	{ 0 }
};
