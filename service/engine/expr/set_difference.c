/* $setDifference: the values of one array that are not in another. */
#include "engine/expr/set_operands.h"

static int subtract(struct eval *ev, struct array *from, struct array *others, struct value *ret)
{
	uint32_t n = array_n(ev->arena, from), n_kept = 0;
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	struct value_set set;

	if (items == NULL)
		return eval_check(ev);
	TRY(set_of_array(ev, others, &set));
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		/* What is kept joins the set, so that it is kept once. */
		if (value_set_add(&set, array_get(ev->arena, from, i)))
			items[n_kept++] = from->items[i];
	}
	*ret = array_take(ev->arena, items, n_kept);
	return 0;
}

static int set_difference_call(const struct expr *e, struct eval *ev, const struct value *argv,
                               size_t argc, struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0]) || value_is_nullish(argv[1])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 17048,
		                 "both operands of $setDifference must be arrays. First argument is of "
		                 "type: %s",
		                 value_type_name(argv[0].type));
	if (argv[1].type != VALUE_ARRAY)
		return expr_fail(e, ev, 17049,
		                 "both operands of $setDifference must be arrays. Second argument is of "
		                 "type: %s",
		                 value_type_name(argv[1].type));
	return subtract(ev, argv[0].array, argv[1].array, ret);
}

const struct expr_op expr_set_difference_ops[] = {
	{
		.name = "$setDifference",
		.doc = "The values of the first array that are not in the second, once.",
		.usage = "{$setDifference: [array, array]}",
		.args_min = 2,
		.args_max = 2,
		.call = set_difference_call,
	},
	{ 0 }
};
