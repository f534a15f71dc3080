/* $allElementsTrue and $anyElementTrue: the truth of an array's elements. */
#include "engine/expr/expr.h"

enum { ANY, ALL };

static int elements_true_call(const struct expr *e, struct eval *ev, const struct value *argv,
                              size_t argc, struct value *ret)
{
	/* All are true until one is false; none is until one is true. */
	bool is_all = e->op->option == ALL, is_true = is_all;

	(void)argc;
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, is_all ? 17040 : 17041,
		                 "%s's argument must be an array, but is %s", e->op->name,
		                 value_type_name(argv[0].type));
	uint32_t n = array_n(ev->arena, argv[0].array);
	for (uint32_t i = 0; i < n && is_true == is_all; i++) {
		TRY(eval_tick(ev));
		is_true = value_is_true(array_get(ev->arena, argv[0].array, i));
	}
	*ret = value_bool(is_true);
	return 0;
}

const struct expr_op expr_all_elements_true_ops[] = {
	{
		.name = "$allElementsTrue",
		.doc = "Is no element of the array false, 0 or null?",
		.usage = "{$allElementsTrue: [array]}",
		.args_min = 1,
		.args_max = 1,
		.call = elements_true_call,
		.option = ALL,
	},
	{
		.name = "$anyElementTrue",
		.doc = "Is any element of the array other than false, 0 or null?",
		.usage = "{$anyElementTrue: [array]}",
		.args_min = 1,
		.args_max = 1,
		.call = elements_true_call,
		.option = ANY,
	},
	{ 0 }
};
