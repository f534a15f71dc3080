/* $exp, $ln, $log10, $sqrt: functions of one number that give a double. */
#include <math.h>

#include "engine/expr/expr.h"

/* What the row's option says of its argument; NaN is let through. */
enum domain { ANY_NUMBER, NOT_NEGATIVE = 28714, POSITIVE_LN = 28766, POSITIVE_LOG10 = 28761 };

static int check_domain(const struct expr *e, struct eval *ev, double d)
{
	switch (e->op->option) {
	case NOT_NEGATIVE:
		if (d < 0)
			return expr_fail(e, ev, NOT_NEGATIVE,
			                 "%s's argument must be greater than or equal to 0",
			                 e->op->name);
		return 0;
	case POSITIVE_LN:
	case POSITIVE_LOG10:
		if (d <= 0)
			return expr_fail(e, ev, e->op->option,
			                 "%s's argument must be a positive number, but is %g",
			                 e->op->name, d);
		return 0;
	default: return 0;
	}
}

static int math1_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	struct value v = argv[0];

	(void)argc;
	if (value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(v))
		return expr_fail(e, ev, 28765, "%s only supports numeric types, not %s",
		                 e->op->name, value_type_name(v.type));
	TRY(check_domain(e, ev, value_f64(v)));
	*ret = value_double(e->op->math1(value_f64(v)));
	return 0;
}

#define MATH1_ROW(op_name, function, domain, sentence) \
	{ \
		.name = op_name, .doc = sentence, .usage = "{" op_name ": number}", .args_min = 1, \
		.args_max = 1, .call = math1_call, .math1 = function, .option = domain, \
	}

const struct expr_op expr_math1_ops[] = {
	MATH1_ROW("$exp", exp, ANY_NUMBER, "Euler's number raised to the number."),
	MATH1_ROW("$ln", log, POSITIVE_LN, "Natural logarithm of the number."),
	MATH1_ROW("$log10", log10, POSITIVE_LOG10, "Logarithm of the number to the base 10."),
	MATH1_ROW("$sqrt", sqrt, NOT_NEGATIVE, "Square root of the number."),
	{ 0 }
};
