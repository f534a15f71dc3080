/* $setUnion: every value that is in any of the arrays, once. */
#include "engine/expr/set_operands.h"

static int set_union_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct array_builder b;
	struct value_set set;

	array_builder_init(&b, ev->arena, 0);
	value_set_init(&set, ev->arena, 0);
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
		uint32_t n = array_n(ev->arena, v.array);
		for (uint32_t k = 0; k < n; k++) {
			TRY(eval_tick(ev));
			if (value_set_add(&set, array_get(ev->arena, v.array, k)))
				array_builder_add(&b, v.array->items[k]);
		}
	}
	TRY(eval_check(ev));
	return set_to_array(ev, b.items, (uint32_t)b.n, ret);
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
