/* $strLenBytes and $strLenCP: how long a string is. */
#include "base/utf8.h"
#include "engine/expr/expr.h"

enum { BYTES, CODE_POINTS };

static int str_len_call(const struct expr *e, struct eval *ev, const struct value *argv,
                        size_t argc, struct value *ret)
{
	bool is_bytes = e->op->option == BYTES;

	(void)argc;
	if (argv[0].type != VALUE_STRING)
		return expr_fail(e, ev, is_bytes ? 34473 : 34471,
		                 "%s requires a string argument, found: %s", e->op->name,
		                 value_type_name(argv[0].type));
	size_t len = is_bytes ? argv[0].len : utf8_count(value_str(argv[0]));
	if (len > INT32_MAX)
		return expr_fail(e, ev, is_bytes ? 34470 : 34472,
		                 "string length could not be represented as an int.");
	*ret = value_int((int32_t)len);
	return 0;
}

const struct expr_op expr_str_len_ops[] = {
	{
		.name = "$strLenBytes",
		.doc = "The number of bytes that a string takes as UTF-8.",
		.usage = "{$strLenBytes: string}",
		.args_min = 1,
		.args_max = 1,
		.call = str_len_call,
		.option = BYTES,
	},
	{
		.name = "$strLenCP",
		.doc = "The number of code points in a string.",
		.usage = "{$strLenCP: string}",
		.args_min = 1,
		.args_max = 1,
		.call = str_len_call,
		.option = CODE_POINTS,
	},
	{ 0 }
};
