/* $type and $isNumber: what a value is. */
#include "engine/expr/expr.h"
#include "engine/extended.h"

static int type_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                     struct value *ret)
{
	(void)e;
	(void)argc;
	*ret = value_string(str_from(extended_type_name(ev->arena, argv[0])));
	return 0;
}

static int is_number_call(const struct expr *e, struct eval *ev, const struct value *argv,
                          size_t argc, struct value *ret)
{
	(void)e;
	(void)ev;
	(void)argc;
	*ret = value_bool(value_is_number(argv[0]) || argv[0].type == VALUE_DECIMAL);
	return 0;
}

const struct expr_op expr_type_ops[] = {
	{
		.name = "$isNumber",
		.doc = "Is it an int, long, double or decimal?",
		.usage = "{$isNumber: expression}",
		.args_min = 1,
		.args_max = 1,
		.flags = EXPR_TOTAL,
		.call = is_number_call,
	},
	{
		.name = "$type",
		.doc = "The name of the value's type: \"int\", \"string\", \"missing\" …, \"date\".",
		.usage = "{$type: expression}",
		.args_min = 1,
		.args_max = 1,
		.flags = EXPR_TOTAL,
		.call = type_call,
	},
	{ 0 }
};
