/* $bitAnd, $bitNot, $bitOr, $bitXor: of ints and longs. */
#include "engine/expr/expr.h"

#define TYPE_CODE 14
#define NOT_NUMERIC_CODE 28765

/* The row's option. */
enum operation { AND, OR, XOR };

static int64_t combine(enum operation operation, int64_t x, int64_t y)
{
	switch (operation) {
	case AND: return x & y;
	case OR: return x | y;
	default: return x ^ y;
	}
}

/* Of no arguments it is what changes nothing.  A long among them makes a long. */
static int bits_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	enum operation operation = (enum operation)e->op->option;
	int64_t bits = operation == AND ? -1 : 0;
	bool has_long = false;
	struct value v;

	for (uint32_t i = 0; i < e->n_args; i++) {
		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (!value_is_whole(v))
			return expr_fail(e, ev, TYPE_CODE,
			                 "%s only supports int and long operands, not %s.",
			                 e->op->name, value_type_name(v.type));
		bits = combine(operation, bits, v.i64);
		has_long |= v.type == VALUE_LONG;
	}
	*ret = has_long ? value_long(bits) : value_whole(bits);
	return 0;
}

static int bit_not_call(const struct expr *e, struct eval *ev, const struct value *argv,
                        size_t argc, struct value *ret)
{
	struct value v = argv[0];

	(void)argc;
	if (value_is_nullish(v))
		*ret = NUL_VALUE;
	else if (value_is_whole(v))
		*ret = v.type == VALUE_LONG ? value_long(~v.i64) : value_whole(~v.i64);
	else if (v.type == VALUE_DOUBLE || v.type == VALUE_DECIMAL)
		return expr_fail(e, ev, TYPE_CODE, "$bitNot only supports int and long, not: %s.",
		                 value_type_name(v.type));
	else
		return expr_fail(e, ev, NOT_NUMERIC_CODE,
		                 "$bitNot only supports numeric types, not %s",
		                 value_type_name(v.type));
	return 0;
}

#define BITS_ROW(op_name, operation, sentence) \
	{ \
		.name = op_name, .doc = sentence, .usage = "{" op_name ": [int or long, …]}", \
		.args_max = EXPR_ANY, .eval = bits_eval, .option = operation, \
	}

const struct expr_op expr_bits_ops[] = {
	BITS_ROW("$bitAnd", AND, "The bits that are set in all of the numbers."),
	{
		.name = "$bitNot",
		.doc = "The bits that are not set in the number.",
		.usage = "{$bitNot: int or long}",
		.args_min = 1,
		.args_max = 1,
		.call = bit_not_call,
	},
	BITS_ROW("$bitOr", OR, "The bits that are set in any of the numbers."),
	BITS_ROW("$bitXor", XOR, "The bits that are set in an odd number of the numbers."),
	{ 0 }
};
