/* $add: numbers, or one date and milliseconds. */
#include <math.h>

#include "engine/expr/expr.h"

#define OVERFLOW_CODE 15

/* The running total: whole while it can be, else a double; or a moment in milliseconds. */
struct total {
	int64_t whole;
	double real;
	enum value_type type; /* INT, LONG, DOUBLE or DATE */
};

static int fail_date_overflow(const struct expr *e, struct eval *ev)
{
	return expr_fail(e, ev, OVERFLOW_CODE, "date overflow in $add");
}

/* To a date, doubles are added as the nearest whole number of milliseconds. */
static int add_to_date(const struct expr *e, struct eval *ev, struct total *total, struct value v)
{
	int64_t ms = v.i64;

	if (v.type == VALUE_DOUBLE) {
		if (!(v.f64 >= -0x1p63 && v.f64 < 0x1p63))
			return fail_date_overflow(e, ev);
		ms = llround(v.f64);
	}
	if (__builtin_add_overflow(total->whole, ms, &total->whole))
		return fail_date_overflow(e, ev);
	return 0;
}

static int add_date(const struct expr *e, struct eval *ev, struct total *total, int64_t ms)
{
	struct value so_far = total->type == VALUE_DOUBLE ? value_double(total->real)
	                                                  : value_long(total->whole);

	if (total->type == VALUE_DATE)
		return expr_fail(e, ev, 16612, "only one date allowed in an $add expression");
	*total = (struct total){ .type = VALUE_DATE };
	TRY(add_to_date(e, ev, total, so_far));
	return add_to_date(e, ev, total, value_long(ms));
}

static void add_number(struct total *total, struct value v)
{
	int64_t whole;

	if (total->type != VALUE_DOUBLE && v.type != VALUE_DOUBLE &&
	    !__builtin_add_overflow(total->whole, v.i64, &whole)) {
		total->whole = whole;
		if (v.type == VALUE_LONG)
			total->type = VALUE_LONG;
		return;
	}
	if (total->type != VALUE_DOUBLE)
		total->real = (double)total->whole;
	total->type = VALUE_DOUBLE;
	total->real += value_f64(v);
}

static int add_step(const struct expr *e, struct eval *ev, struct total *total, struct value v)
{
	if (v.type == VALUE_DATE)
		return add_date(e, ev, total, v.i64);
	if (!value_is_number(v))
		return expr_fail(e, ev, 14, "$add only supports numeric or date types, not %s",
		                 value_type_name(v.type));
	if (total->type == VALUE_DATE)
		return add_to_date(e, ev, total, v);
	add_number(total, v);
	return 0;
}

static struct value total_value(const struct total *total)
{
	switch (total->type) {
	case VALUE_INT: return value_whole(total->whole);
	case VALUE_LONG: return value_long(total->whole);
	case VALUE_DATE: return value_date(total->whole);
	default: return value_double(total->real);
	}
}

/* From the left to the first null; what stands behind one is not evaluated. */
static int add_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct total total = { .type = VALUE_INT };
	struct value v;

	for (uint32_t i = 0; i < e->n_args; i++) {
		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_nullish(v)) {
			*ret = NUL_VALUE;
			return 0;
		}
		TRY(add_step(e, ev, &total, v));
	}
	*ret = total_value(&total);
	return 0;
}

const struct expr_op expr_add_ops[] = {
	{
		.name = "$add",
		.doc = "Sum of the numbers, or a date that so many milliseconds later; null if any is null.",
		.usage = "{$add: [number or date, …]}",
		.args_max = EXPR_ANY,
		.eval = add_eval,
	},
	{ 0 }
};
