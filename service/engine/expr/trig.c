/* Trigonometry: always a double. */
#include <math.h>

#include "engine/expr/expr.h"

#define NOT_NUMERIC_CODE 28765
#define OUT_OF_BOUNDS_CODE 50989

/* What the row's option says of its argument; NaN is let through. */
enum bounds { ANY_NUMBER, FINITE, UP_TO_ONE, FROM_ONE };

static const struct {
	double min, max;
	bool excludes_ends;
	const char *text;
} all_bounds[] = {
	[ANY_NUMBER] = { -(double)INFINITY, (double)INFINITY, false, "" },
	[FINITE] = { -(double)INFINITY, (double)INFINITY, true, "(-inf,inf)" },
	[UP_TO_ONE] = { -1, 1, false, "[-1,1]" },
	[FROM_ONE] = { 1, (double)INFINITY, false, "[1,inf]" },
};

static bool is_inside(enum bounds bounds, double d)
{
	if (isnan(d))
		return true;
	if (all_bounds[bounds].excludes_ends)
		return d > all_bounds[bounds].min && d < all_bounds[bounds].max;
	return d >= all_bounds[bounds].min && d <= all_bounds[bounds].max;
}

static int trig_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                     struct value *ret)
{
	enum bounds bounds = (enum bounds)e->op->option;
	struct value v = argv[0];

	(void)argc;
	if (value_is_nullish(v)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (!value_is_number(v))
		return expr_fail(e, ev, NOT_NUMERIC_CODE, "%s only supports numeric types, not %s",
		                 e->op->name, value_type_name(v.type));
	if (!is_inside(bounds, value_f64(v)))
		return expr_fail(e, ev, OUT_OF_BOUNDS_CODE,
		                 "cannot apply %s to %g, value must be in %s", e->op->name,
		                 value_f64(v), all_bounds[bounds].text);
	*ret = value_double(e->op->math1(value_f64(v)));
	return 0;
}

static double degrees_to_radians(double d)
{
	return d * (M_PI / 180);
}

static double radians_to_degrees(double d)
{
	return d * (180 / M_PI);
}

/* The first null ends it, before the second argument is looked at. */
static int atan2_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                      struct value *ret)
{
	static const int codes[] = { 51044, 51045 };

	(void)argc;
	for (int i = 0; i < 2; i++) {
		if (value_is_nullish(argv[i])) {
			*ret = NUL_VALUE;
			return 0;
		}
		if (!value_is_number(argv[i]))
			return expr_fail(e, ev, codes[i],
			                 "$atan2 only supports numeric types, not %s",
			                 value_type_name(argv[i].type));
	}
	*ret = value_double(atan2(value_f64(argv[0]), value_f64(argv[1])));
	return 0;
}

#define TRIG_ROW(op_name, function, bounds, sentence) \
	{ \
		.name = op_name, .doc = sentence, .usage = "{" op_name ": number}", .args_min = 1, \
		.args_max = 1, .call = trig_call, .math1 = function, .option = bounds, \
	}

const struct expr_op expr_trig_ops[] = {
	TRIG_ROW("$acos", acos, UP_TO_ONE, "Arc cosine of the number, in radians."),
	TRIG_ROW("$acosh", acosh, FROM_ONE, "Hyperbolic arc cosine of the number."),
	TRIG_ROW("$asin", asin, UP_TO_ONE, "Arc sine of the number, in radians."),
	TRIG_ROW("$asinh", asinh, ANY_NUMBER, "Hyperbolic arc sine of the number."),
	TRIG_ROW("$atan", atan, ANY_NUMBER, "Arc tangent of the number, in radians."),
	{
		.name = "$atan2",
		.doc = "Arc tangent of the first number divided by the second, in radians.",
		.usage = "{$atan2: [number, number]}",
		.args_min = 2,
		.args_max = 2,
		.call = atan2_call,
	},
	TRIG_ROW("$atanh", atanh, UP_TO_ONE, "Hyperbolic arc tangent of the number."),
	TRIG_ROW("$cos", cos, FINITE, "Cosine of the number of radians."),
	TRIG_ROW("$cosh", cosh, ANY_NUMBER, "Hyperbolic cosine of the number."),
	TRIG_ROW("$degreesToRadians", degrees_to_radians, ANY_NUMBER, "Degrees as radians."),
	TRIG_ROW("$radiansToDegrees", radians_to_degrees, ANY_NUMBER, "Radians as degrees."),
	TRIG_ROW("$sin", sin, FINITE, "Sine of the number of radians."),
	TRIG_ROW("$sinh", sinh, ANY_NUMBER, "Hyperbolic sine of the number."),
	TRIG_ROW("$tan", tan, FINITE, "Tangent of the number of radians."),
	TRIG_ROW("$tanh", tanh, ANY_NUMBER, "Hyperbolic tangent of the number."),
	{ 0 }
};
