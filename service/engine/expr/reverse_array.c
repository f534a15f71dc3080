/* $reverseArray: the elements from last to first. */
#include "engine/expr/expr.h"

static int reverse_array_call(const struct expr *e, struct eval *ev, const struct value *argv,
                              size_t argc, struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 34435,
		                 "The argument to $reverseArray must be an array, but was of type: %s",
		                 value_type_name(argv[0].type));

	struct array *arr = argv[0].array;
	uint32_t n = array_n(ev->arena, arr);
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	if (items == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n; i++)
		items[i] = arr->items[n - 1 - i];
	TRY(eval_tick_n(ev, n));
	*ret = array_take(ev->arena, items, n);
	return 0;
}

const struct expr_op expr_reverse_array_ops[] = {
	{
		.name = "$reverseArray",
		.doc = "The elements of an array from last to first.",
		.usage = "{$reverseArray: array}",
		.args_min = 1,
		.args_max = 1,
		.call = reverse_array_call,
	},
	{ 0 }
};
