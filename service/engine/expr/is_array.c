/* $isArray and $size: what an array is, and how much is in it. */
#include "engine/expr/expr.h"

static int is_array_call(const struct expr *e, struct eval *ev, const struct value *argv,
                         size_t argc, struct value *ret)
{
	(void)e;
	(void)ev;
	(void)argc;
	*ret = value_bool(argv[0].type == VALUE_ARRAY);
	return 0;
}

static int size_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                     struct value *ret)
{
	(void)argc;
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 17124,
		                 "The argument to $size must be an array, but was of type: %s",
		                 value_type_name(argv[0].type));
	*ret = value_whole(array_n(ev->arena, argv[0].array));
	return 0;
}

const struct expr_op expr_is_array_ops[] = {
	{
		.name = "$isArray",
		.doc = "Is it an array?",
		.usage = "{$isArray: expression}",
		.args_min = 1,
		.args_max = 1,
		.flags = EXPR_TOTAL,
		.call = is_array_call,
	},
	{
		.name = "$size",
		.doc = "The number of an array's elements; anything but an array is an error.",
		.usage = "{$size: array}",
		.args_min = 1,
		.args_max = 1,
		.call = size_call,
	},
	{ 0 }
};
