/* $derivative: how fast a value changes between the first and the last document of a window. */
#include "engine/accum/over_time.h"
#include "engine/numeric.h"

struct derivative_state {
	struct window_frame frame;
};

static int derivative_check(struct compiler *c, struct window_fn *f)
{
	TRY(over_time_check(c, f));
	if (f->has_window)
		return 0;
	return compile_fail(c, 9, "$derivative", "$derivative requires explicit window bounds");
}

static int read_point(const struct window_fn *f, struct window_part *p, size_t i,
                      struct value *ret_time, struct value *ret_v)
{
	const struct over_time *args = f->accum->data;

	window_bind(p, i);
	TRY(expr_eval(args->time, p->ev, ret_time));
	if (args->unit_ms != 0 && ret_time->type != VALUE_DATE)
		return accum_fail(f->accum, p->ev, 5624900,
		                  "$derivative with 'unit' expects the sortBy field to be a Date");
	if (args->unit_ms == 0 && ret_time->type == VALUE_DATE)
		return accum_fail(f->accum, p->ev, 5624901,
		                  "$derivative where the sortBy is a Date requires an 'unit'");
	if (args->unit_ms == 0 && !value_is_number(*ret_time))
		return accum_fail(
			f->accum, p->ev, 5624902,
			"$derivative (with no 'unit') expects the sortBy field to be numeric");
	TRY(expr_eval(f->accum->input, p->ev, ret_v));
	if (value_is_nullish(*ret_v))
		return accum_fail(f->accum, p->ev, 5624903,
		                  "$derivative input must not be null or missing");
	if (!value_is_number(*ret_v))
		return accum_fail(f->accum, p->ev, 14, "can't $subtract %s from %s",
		                  value_type_name(ret_v->type), value_type_name(ret_v->type));
	return 0;
}

static int derivative_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                           struct value *ret)
{
	const struct over_time *args = f->accum->data;
	struct derivative_state *state = arg;
	struct value t, t_last, v, v_last;
	double run;

	*ret = NUL_VALUE;
	TRY(window_frame_move(f, p, i, &state->frame));
	if (state->frame.first == state->frame.end)
		return 0;
	TRY(read_point(f, p, state->frame.first, &t, &v));
	TRY(read_point(f, p, state->frame.end - 1, &t_last, &v_last));
	if (args->unit_ms != 0)
		run = ((double)t_last.i64 - (double)t.i64) / (double)args->unit_ms;
	else
		run = value_f64(numeric_subtract(t_last, t));
	if (run != 0)
		*ret = value_double(value_f64(numeric_subtract(v_last, v)) / run);
	return 0;
}

static const struct window_op derivative_window = {
	.state_size = sizeof(struct derivative_state),
	.compile = derivative_check,
	.next = derivative_next,
};

const struct accum_op accum_derivative_ops[] = {
	{
		.name = "$derivative",
		.doc = "Change of a value from the first to the last document of the window, per unit.",
		.usage = "{$derivative: {input: expression, unit: \"hour\"}, window: …}",
		.flags = ACCUM_WINDOW_ONLY,
		.compile = over_time_compile,
		.window = &derivative_window,
	},
	{ 0 }
};
