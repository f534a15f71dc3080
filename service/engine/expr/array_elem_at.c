/* $arrayElemAt, $first and $last: one element of an array. */
#include "engine/coerce.h"
#include "engine/expr/expr.h"

/* Elements count from 0, and from -1 backwards; there is nothing beyond the ends. */
static struct value element(struct eval *ev, struct array *arr, int64_t i)
{
	uint32_t n = array_n(ev->arena, arr);

	if (i < 0)
		i += n;
	return i < 0 || i >= n ? MISSING : array_get(ev->arena, arr, (uint32_t)i);
}

static int array_elem_at_call(const struct expr *e, struct eval *ev, const struct value *argv,
                              size_t argc, struct value *ret)
{
	int32_t i;

	(void)argc;
	if (value_is_nullish(argv[0]) || value_is_nullish(argv[1])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 28689,
		                 "$arrayElemAt's first argument must be an array, but is %s",
		                 value_type_name(argv[0].type));
	if (!value_is_number(argv[1]))
		return expr_fail(e, ev, 28690,
		                 "$arrayElemAt's second argument must be a numeric value, but is %s",
		                 value_type_name(argv[1].type));
	if (!coerce_to_i32(argv[1], &i))
		return expr_fail(e, ev, 28691,
		                 "$arrayElemAt's second argument must be representable as a 32-bit "
		                 "integer: %s",
		                 eval_text(ev, argv[1]));
	*ret = element(ev, argv[0].array, i);
	return 0;
}

static int end_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	(void)argc;
	if (value_is_nullish(argv[0])) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 28689, "%s's argument must be an array, but is %s",
		                 e->op->name, value_type_name(argv[0].type));
	*ret = element(ev, argv[0].array, e->op->option);
	return 0;
}

const struct expr_op expr_array_elem_at_ops[] = {
	{
		.name = "$arrayElemAt",
		.doc = "The element at an index; a negative one counts from the end.",
		.usage = "{$arrayElemAt: [array, index]}",
		.args_min = 2,
		.args_max = 2,
		.call = array_elem_at_call,
	},
	{
		.name = "$first",
		.doc = "The first element of an array.",
		.usage = "{$first: array}",
		.args_min = 1,
		.args_max = 1,
		.call = end_call,
		.option = 0,
	},
	{
		.name = "$last",
		.doc = "The last element of an array.",
		.usage = "{$last: array}",
		.args_min = 1,
		.args_max = 1,
		.call = end_call,
		.option = -1,
	},
	{ 0 }
};
