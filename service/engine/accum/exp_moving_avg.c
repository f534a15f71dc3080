/* $expMovingAvg: a mean in which what is past counts less and less. */
#include "engine/accum/window.h"

struct moving_args {
	double alpha;
};

struct moving_state {
	double mean;
	bool has_mean;
};

static int read_n(struct compiler *c, struct value v, struct moving_args *args)
{
	int64_t n;

	if (!value_is_number(v))
		return compile_fail(c, 9, "$expMovingAvg",
		                    "'N' field must be an integer, but found type %s",
		                    value_type_name(v.type));
	if (!value_as_i64(v, &n))
		return compile_fail(c, 9, "$expMovingAvg",
		                    "'N' field must be an integer, but found %s. To use a non-integer, "
		                    "use the 'alpha' argument instead",
		                    compile_text(c, v));
	if (n <= 0)
		return compile_fail(c, 9, "$expMovingAvg",
		                    "'N' must be greater than zero. Got %lld", (long long)n);
	args->alpha = 2.0 / ((double)n + 1);
	return 0;
}

static int read_alpha(struct compiler *c, struct value v, struct moving_args *args)
{
	if (!value_is_number(v))
		return compile_fail(c, 9, "$expMovingAvg", "'alpha' must be a number");
	args->alpha = value_f64(v);
	if (!(args->alpha > 0 && args->alpha < 1))
		return compile_fail(c, 9, "$expMovingAvg",
		                    "'alpha' must be between 0 and 1 (exclusive), found %s",
		                    compile_text(c, v));
	return 0;
}

static int moving_compile(struct compiler *c, struct accum *a, struct value spec)
{
	struct moving_args *args = compile_alloc(c, 1, sizeof *args);

	if (args == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$expMovingAvg",
		                    "$expMovingAvg must have exactly one argument that is an object");
	struct value input = object_get(c->arena, spec.object, STR("input"));
	struct value n = object_get(c->arena, spec.object, STR("N"));
	struct value alpha = object_get(c->arena, spec.object, STR("alpha"));
	if (object_n(c->arena, spec.object) != 2 || input.type == VALUE_MISSING ||
	    (n.type == VALUE_MISSING && alpha.type == VALUE_MISSING))
		return compile_fail(c, 9, "$expMovingAvg",
		                    "$expMovingAvg sub object must have exactly two fields: An 'input' "
		                    "field, and either an 'N' field or an 'alpha' field");
	a->data = args;
	TRY(expr_compile(c, input, &a->input));
	return n.type != VALUE_MISSING ? read_n(c, n, args) : read_alpha(c, alpha, args);
}

static int moving_check(struct compiler *c, struct window_fn *f)
{
	if (f->sort_by != NULL)
		return 0;
	return compile_fail(c, 9, "$expMovingAvg", "$expMovingAvg requires an explicit 'sortBy'");
}

/* The first number is the first mean; what is no number changes nothing. */
static int moving_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                       struct value *ret)
{
	const struct moving_args *args = f->accum->data;
	struct moving_state *state = arg;
	struct value v;

	window_bind(p, i);
	TRY(expr_eval(f->accum->input, p->ev, &v));
	if (v.type == VALUE_DECIMAL)
		return accum_fail(f->accum, p->ev, 14,
		                  "$expMovingAvg does not compute with values of type decimal");
	if (value_is_number(v) && state->has_mean)
		state->mean = value_f64(v) * args->alpha + state->mean * (1 - args->alpha);
	else if (value_is_number(v))
		state->mean = value_f64(v);
	state->has_mean |= value_is_number(v);
	*ret = state->has_mean ? value_double(state->mean) : NUL_VALUE;
	return 0;
}

static const struct window_op moving_window = {
	.flags = WINDOW_NO_BOUNDS,
	.state_size = sizeof(struct moving_state),
	.compile = moving_check,
	.next = moving_next,
};

const struct accum_op accum_exp_moving_avg_ops[] = {
	{
		.name = "$expMovingAvg",
		.doc = "A mean of the values so far in which the older ones count less and less.",
		.usage = "{$expMovingAvg: {input: expression, N: whole number}} or "
			 "{$expMovingAvg: {input: expression, alpha: number between 0 and 1}}",
		.flags = ACCUM_WINDOW_ONLY,
		.compile = moving_compile,
		.window = &moving_window,
	},
	{ 0 }
};
