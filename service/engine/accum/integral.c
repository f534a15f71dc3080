/* $integral: the area under the values of a window, by trapezoids. */
#include <math.h>

#include "engine/accum/over_time.h"
#include "engine/numeric.h"

struct point {
	struct value time, v;
};

/* States that follow one another merge by the trapezoid between them. */
struct integral_state {
	struct numeric_sum area;
	struct point first, last;
	uint64_t n, n_nan;
};

static bool is_nan(struct value v)
{
	return v.type == VALUE_DOUBLE && isnan(v.f64);
}

static void add_trapezoid(struct integral_state *state, struct point x, struct point y)
{
	double width;

	if (is_nan(x.time) || is_nan(x.v) || is_nan(y.time) || is_nan(y.v))
		return; /* counted */
	width = x.time.type == VALUE_DATE ? (double)y.time.i64 - (double)x.time.i64
	                                  : value_f64(numeric_subtract(y.time, x.time));
	numeric_sum_add(&state->area, value_double(value_f64(numeric_add(x.v, y.v)) * width / 2));
}

static int read_point(const struct accum *a, struct eval *ev, struct point *ret)
{
	const struct over_time *args = a->data;

	TRY(expr_eval(args->time, ev, &ret->time));
	TRY(expr_eval(a->input, ev, &ret->v));
	if (!value_is_number(ret->v) ||
	    (!value_is_number(ret->time) && ret->time.type != VALUE_DATE))
		return accum_fail(a, ev, 5423900,
		                  "The input value of $integral window function must be a vector of 2 "
		                  "value, the first value must be numeric or date type and the second "
		                  "must be numeric.");
	if (args->unit_ms != 0 && ret->time.type != VALUE_DATE)
		return accum_fail(a, ev, 5423901,
		                  "$integral with 'unit' expects the sortBy field to be a Date");
	if (args->unit_ms == 0 && ret->time.type == VALUE_DATE)
		return accum_fail(a, ev, 5423902,
		                  "$integral (with no 'unit') expects the sortBy field to be numeric");
	return 0;
}

static int integral_add(const struct accum *a, struct eval *ev, void *arg)
{
	struct integral_state *state = arg;
	struct point point;

	TRY(read_point(a, ev, &point));
	state->n_nan += is_nan(point.time) || is_nan(point.v);
	if (state->n++ == 0)
		state->first = point;
	else
		add_trapezoid(state, state->last, point);
	state->last = point;
	return 0;
}

static int integral_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct integral_state *other = other_arg;
	struct integral_state *state = arg;

	(void)a;
	(void)ev;
	if (other->n == 0)
		return 0;
	if (state->n == 0) {
		*state = *other;
		return 0;
	}
	add_trapezoid(state, state->last, other->first);
	numeric_sum_merge(&state->area, &other->area);
	state->last = other->last;
	state->n += other->n;
	state->n_nan += other->n_nan;
	return 0;
}

static int integral_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct over_time *args = a->data;
	const struct integral_state *state = arg;

	(void)ev;
	if (state->n == 0)
		*ret = NUL_VALUE;
	else if (state->n_nan > 0)
		*ret = value_double((double)NAN);
	else if (args->unit_ms != 0)
		*ret = value_double(numeric_sum_f64(&state->area) / (double)args->unit_ms);
	else
		*ret = numeric_sum_value(&state->area);
	return 0;
}

static const struct window_op integral_window = {
	.state_size = sizeof(struct window_accum_state),
	.compile = over_time_check,
	.start = window_accum_start,
	.next = window_accum_next,
};

const struct accum_op accum_integral_ops[] = {
	{
		.name = "$integral",
		.doc = "The area under the values of the window, by trapezoids between the documents.",
		.usage = "{$integral: {input: expression, unit: \"hour\"}, window: …}",
		.flags = ACCUM_WINDOW_ONLY,
		.state_size = sizeof(struct integral_state),
		.compile = over_time_compile,
		.add_document = integral_add,
		.merge = integral_merge,
		.result = integral_result,
		.window = &integral_window,
	},
	{ 0 }
};
