/* $linearFill: null and missing values on the line between those around them. */
#include "engine/accum/window.h"
#include "engine/numeric.h"

struct point {
	struct value x, y;
};

struct fill_state {
	struct point before, after; /* known ones around the document at hand */
	bool has_before;
	size_t after_i;      /* where the next known one is; p->n: there is none */
	struct value x_last; /* of the document before; missing at first */
};

static int fill_check(struct compiler *c, struct window_fn *f)
{
	if (f->sort_by != NULL && f->sort_by->n_keys == 1)
		return 0;
	return compile_fail(c, 605001, "$linearFill",
	                    "$linearFill must be specified with a top level sortBy expression with "
	                    "exactly one element");
}

static int read_y(const struct window_fn *f, struct window_part *p, size_t i, struct value *ret)
{
	window_bind(p, i);
	TRY(expr_eval(f->accum->input, p->ev, ret));
	if (!value_is_nullish(*ret) && !value_is_number(*ret))
		return accum_fail(f->accum, p->ev, 14,
		                  "Value to be filled must be numeric or nullish, but found %s",
		                  value_type_name(ret->type));
	return 0;
}

static int read_x(const struct window_fn *f, struct window_part *p, size_t i, struct value *ret)
{
	TRY(window_sort_key(p, i, ret));
	if (!value_is_number(*ret) && ret->type != VALUE_DATE)
		return accum_fail(f->accum, p->ev, 14,
		                  "Value of the sortBy field must be numeric or a date, but found %s",
		                  value_type_name(ret->type));
	return 0;
}

static int check_order(const struct window_fn *f, struct window_part *p, struct fill_state *state,
                       struct value x)
{
	struct value last = state->x_last;

	state->x_last = x;
	if (last.type == VALUE_MISSING)
		return 0;
	if (value_cmp(p->ev->arena, last, x) == 0)
		return accum_fail(f->accum, p->ev, 6050106,
		                  "There can be no repeated values in the sort field");
	if (value_is_number(last) != value_is_number(x))
		return accum_fail(f->accum, p->ev, 14,
		                  "Conflicting sort value types, previously received type %s, but "
		                  "found %s",
		                  value_type_name(last.type), value_type_name(x.type));
	return 0;
}

/* Each document is looked at once from here, however many stand before the next known one. */
static int find_after(const struct window_fn *f, struct window_part *p, size_t i,
                      struct fill_state *state)
{
	if (state->after_i > i)
		return 0;
	for (state->after_i = i + 1; state->after_i < p->n; state->after_i++) {
		TRY(eval_tick(p->ev));
		TRY(read_y(f, p, state->after_i, &state->after.y));
		if (!value_is_nullish(state->after.y))
			return read_x(f, p, state->after_i, &state->after.x);
	}
	return 0;
}

static struct value distance(struct value x, struct value y)
{
	if (x.type == VALUE_DATE)
		return value_double((double)y.i64 - (double)x.i64);
	return numeric_subtract(y, x);
}

static struct value between(const struct fill_state *state, struct value x)
{
	double rise = value_f64(numeric_subtract(state->after.y, state->before.y));
	double slope = rise / value_f64(distance(state->before.x, state->after.x));

	return value_double(value_f64(state->before.y) +
	                    value_f64(distance(state->before.x, x)) * slope);
}

static int fill_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                     struct value *ret)
{
	struct fill_state *state = arg;
	struct value x, y;

	TRY(read_y(f, p, i, &y));
	TRY(read_x(f, p, i, &x));
	TRY(check_order(f, p, state, x));
	*ret = y.type == VALUE_MISSING ? NUL_VALUE : y;
	if (!value_is_nullish(y)) {
		state->before = (struct point){ x, y };
		state->has_before = true;
		return 0;
	}
	if (!state->has_before)
		return 0;
	TRY(find_after(f, p, i, state));
	if (state->after_i < p->n && value_is_number(state->after.x) == value_is_number(x))
		*ret = between(state, x);
	return 0;
}

static const struct window_op fill_window = {
	.flags = WINDOW_NO_BOUNDS,
	.state_size = sizeof(struct fill_state),
	.compile = fill_check,
	.next = fill_next,
};

const struct accum_op accum_linear_fill_ops[] = {
	{
		.name = "$linearFill",
		.doc = "The value, or where it is null or missing one on the line between its neighbours.",
		.usage = "{$linearFill: expression}",
		.flags = ACCUM_WINDOW_ONLY,
		.window = &fill_window,
	},
	{ 0 }
};
