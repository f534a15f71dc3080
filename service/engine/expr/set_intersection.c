/* $setIntersection: the values that are in all of the arrays. */
#include "engine/expr/set_operands.h"

/* Of the n items, in their order, those that are in arr too. */
static int intersect(struct eval *ev, struct value *items, uint32_t *n, struct array *arr)
{
	struct value_set set;
	uint32_t n_kept = 0;

	TRY(set_of_array(ev, arr, &set));
	for (uint32_t i = 0; i < *n; i++) {
		TRY(eval_tick(ev));
		if (value_set_find(&set, ev->arena, value_decode(ev->arena, items[i])) >= 0)
			items[n_kept++] = items[i];
	}
	*n = n_kept;
	return 0;
}

static int set_intersection_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value *items = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (v.type != VALUE_ARRAY)
			return expr_fail(
				e, ev, 17047,
				"All operands of $setIntersection must be arrays. One argument is of "
				"type: %s",
				value_type_name(v.type));
		if (i == 0)
			TRY(set_copy_items(ev, v.array, &items, &n));
		else
			TRY(intersect(ev, items, &n, v.array));
	}
	return set_from_items(ev, items, n, ret);
}

const struct expr_op expr_set_intersection_ops[] = {
	{
		.name = "$setIntersection",
		.doc = "The values that are in all of the arrays, once, in order.",
		.usage = "{$setIntersection: [array, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = set_intersection_eval,
	},
	{ 0 }
};
