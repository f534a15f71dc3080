/* $mod: the remainder, with the sign of the dividend. */
#include <math.h>

#include "engine/expr/expr.h"

static int mod_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	struct value x = argv[0], y = argv[1];

	(void)argc;
	if (value_is_nullish(x) || value_is_nullish(y)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(x) || !value_is_number(y))
		return expr_fail(e, ev, 16611, "$mod only supports numeric types, not %s and %s",
		                 value_type_name(x.type), value_type_name(y.type));
	if (value_f64(y) == 0)
		return expr_fail(e, ev, 16610, "can't $mod by zero");
	if (x.type == VALUE_DOUBLE || y.type == VALUE_DOUBLE) {
		*ret = value_double(fmod(value_f64(x), value_f64(y)));
		return 0;
	}
	int64_t rest = y.i64 == -1 ? 0 : x.i64 % y.i64; /* -2^63 / -1 would trap */
	*ret = x.type == VALUE_LONG || y.type == VALUE_LONG ? value_long(rest) : value_whole(rest);
	return 0;
}

const struct expr_op expr_mod_ops[] = {
	{
		.name = "$mod",
		.doc = "Remainder of the first number divided by the second, with the sign of the first.",
		.usage = "{$mod: [number, number]}",
		.args_min = 2,
		.args_max = 2,
		.call = mod_call,
	},
	{ 0 }
};
