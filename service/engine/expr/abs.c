/* $abs, $ceil and $floor: of one number, keeping its type. */
#include <math.h>

#include "engine/expr/expr.h"

#define NOT_NUMERIC_CODE 28765

static int fail_type(const struct expr *e, struct eval *ev, struct value v)
{
	return expr_fail(e, ev, NOT_NUMERIC_CODE, "%s only supports numeric types, not %s",
	                 e->op->name, value_type_name(v.type));
}

static int abs_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	struct value v = argv[0];

	(void)argc;
	if (value_is_nullish(v))
		*ret = NUL_VALUE;
	else if (v.type == VALUE_DOUBLE)
		*ret = value_double(fabs(v.f64));
	else if (!value_is_number(v))
		return fail_type(e, ev, v);
	else if (v.i64 == INT64_MIN)
		return expr_fail(e, ev, 28680, "can't take $abs of long long min");
	else if (v.type == VALUE_LONG)
		*ret = value_long(v.i64 < 0 ? -v.i64 : v.i64);
	else
		*ret = value_whole(v.i64 < 0 ? -v.i64 : v.i64);
	return 0;
}

/* The rows differ in what they do with a double; whole numbers are what they are. */
static int whole_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	struct value v = argv[0];

	(void)argc;
	if (value_is_nullish(v))
		*ret = NUL_VALUE;
	else if (v.type == VALUE_DOUBLE)
		*ret = value_double(e->op->math1(v.f64));
	else if (value_is_number(v))
		*ret = v;
	else
		return fail_type(e, ev, v);
	return 0;
}

const struct expr_op expr_abs_ops[] = {
	{
		.name = "$abs",
		.doc = "The number without its sign.",
		.usage = "{$abs: number}",
		.args_min = 1,
		.args_max = 1,
		.call = abs_call,
	},
	{
		.name = "$ceil",
		.doc = "The smallest whole number that is not below the number.",
		.usage = "{$ceil: number}",
		.args_min = 1,
		.args_max = 1,
		.call = whole_call,
		.math1 = ceil,
	},
	{
		.name = "$floor",
		.doc = "The largest whole number that is not above the number.",
		.usage = "{$floor: number}",
		.args_min = 1,
		.args_max = 1,
		.call = whole_call,
		.math1 = floor,
	},
	{ 0 }
};
