/* $minMaxScaler: where a number lies between the least and the greatest of its window. */
#include "engine/accum/window.h"
#include "engine/numeric.h"

struct scaler_args {
	struct value min, max; /* what the least and the greatest become */
};

struct scaler_state {
	struct value min, max; /* missing while nothing has been seen */
};

static int read_constant(struct compiler *c, const char *which, struct value spec, struct value *ret)
{
	bool is_constant;

	TRY(expr_compile_constant(c, spec, &is_constant, ret));
	if (!is_constant)
		return compile_fail(c, 9, "$minMaxScaler",
		                    "'%s' argument to $minMaxScaler must be a constant", which);
	if (!value_is_number(*ret))
		return compile_fail(c, 9, "$minMaxScaler",
		                    "'%s' argument to $minMaxScaler must be a numeric type", which);
	return 0;
}

static int read_argument(struct compiler *c, struct accum *a, struct scaler_args *args,
                         struct str key, struct value v)
{
	static const char *const known[] = { "input", "min", "max" };

	if (str_is(key, "input"))
		return expr_compile(c, v, &a->input);
	if (str_is(key, "min"))
		return read_constant(c, "min", v, &args->min);
	if (str_is(key, "max"))
		return read_constant(c, "max", v, &args->max);
	return compile_fail_unknown(c, 9, key, known, ARRAY_LEN(known),
	                            "$minMaxScaler got unexpected internal argument: '%.*s'",
	                            STR_ARG(key));
}

static int scaler_compile(struct compiler *c, struct accum *a, struct value spec)
{
	struct scaler_args *args = compile_alloc(c, 1, sizeof *args);

	if (args == NULL)
		return compile_nomem(c);
	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, 9, "$minMaxScaler",
		                    "$minMaxScaler expects an object, but got a %s",
		                    value_type_name(spec.type));
	for (uint32_t i = 0; i < object_n(c->arena, spec.object); i++) {
		struct str key = object_key(spec.object, i);

		compile_enter(c, key);
		int rc = read_argument(c, a, args, key, object_at(c->arena, spec.object, i));
		compile_leave(c);
		TRY(rc);
	}
	if (a->input == NULL)
		return compile_fail(c, 9, "$minMaxScaler",
		                    "$minMaxScaler requires an 'input' expression");
	if ((args->min.type == VALUE_MISSING) != (args->max.type == VALUE_MISSING))
		return compile_fail(c, 9, "$minMaxScaler",
		                    "Only one of 'min' and 'max' were specified as an argument to "
		                    "$minMaxScaler. Neither or both must be specified");
	if (args->min.type == VALUE_MISSING) {
		args->min = value_int(0);
		args->max = value_int(1);
	}
	if (value_cmp(c->arena, args->min, args->max) >= 0)
		return compile_fail(c, 9, "$minMaxScaler",
		                    "the 'max' must be strictly greater than 'min', as arguments to "
		                    "$minMaxScaler");
	a->data = args;
	return 0;
}

/* The document itself must be in the window. */
static int scaler_check(struct compiler *c, struct window_fn *f)
{
	const struct window_bounds *bounds = &f->bounds;
	struct value zero = value_int(0);
	bool is_range = bounds->kind == WINDOW_RANGE;
	struct value lower = is_range ? bounds->lower : value_long(bounds->first);
	struct value upper = is_range ? bounds->upper : value_long(bounds->last);

	if (bounds->has_lower && value_cmp(c->arena, lower, zero) > 0)
		return compile_fail(
			c, 9, "$minMaxScaler",
			"Lower specified bound cannot be greater than 0 (the current doc), as "
			"$minMaxScaler must ensure that the current document being processed "
			"is always within the configured window.");
	if (bounds->has_upper && value_cmp(c->arena, upper, zero) < 0)
		return compile_fail(
			c, 9, "$minMaxScaler",
			"Upper specified bound cannot be less than 0 (the current doc), as "
			"$minMaxScaler must ensure that the current document being processed "
			"is always within the configured window.");
	return 0;
}

static int check_number(const struct accum *a, struct eval *ev, struct value v)
{
	if (value_is_number(v))
		return 0;
	return accum_fail(a, ev, 10487001,
	                  "'input' argument to $minMaxScaler must evaluate to a numeric type, but "
	                  "got %s",
	                  value_type_name(v.type));
}

static void widen(struct eval *ev, struct scaler_state *state, struct value min, struct value max)
{
	if (state->min.type == VALUE_MISSING || value_cmp(ev->arena, min, state->min) < 0)
		state->min = min;
	if (state->max.type == VALUE_MISSING || value_cmp(ev->arena, max, state->max) > 0)
		state->max = max;
}

static int scaler_add(const struct accum *a, struct eval *ev, void *state, struct value v)
{
	TRY(check_number(a, ev, v));
	widen(ev, state, v, v);
	return 0;
}

static int scaler_merge(const struct accum *a, struct eval *ev, void *state, const void *other_arg)
{
	const struct scaler_state *other = other_arg;

	(void)a;
	if (other->min.type != VALUE_MISSING)
		widen(ev, state, other->min, other->max);
	return 0;
}

/* For scaler_next() alone: both ends. */
static int scaler_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct scaler_state *state = arg;
	struct value *ends = arena_array(ev->arena, 2, sizeof *ends);

	(void)a;
	if (ends == NULL)
		return eval_check(ev);
	ends[0] = state->min.type == VALUE_MISSING ? NUL_VALUE : state->min;
	ends[1] = state->max.type == VALUE_MISSING ? NUL_VALUE : state->max;
	*ret = array_take(ev->arena, ends, 2);
	return 0;
}

static int scaler_next(const struct window_fn *f, struct window_part *p, void *state, size_t i,
                       struct value *ret)
{
	const struct scaler_args *args = f->accum->data;
	struct value ends, v;

	TRY(window_accum_next(f, p, state, i, &ends));
	if (ends.type != VALUE_ARRAY)
		return eval_check(p->ev); /* there was no memory for it */
	struct value min = array_get(p->ev->arena, ends.array, 0);
	struct value max = array_get(p->ev->arena, ends.array, 1);
	window_bind(p, i);
	TRY(expr_eval(f->accum->input, p->ev, &v));
	TRY(check_number(f->accum, p->ev, v));
	if (value_cmp(p->ev->arena, min, max) == 0) {
		*ret = args->min;
		return 0;
	}
	double part = value_f64(numeric_subtract(v, min)) / value_f64(numeric_subtract(max, min));
	*ret = numeric_add(numeric_multiply(value_double(part),
	                                    numeric_subtract(args->max, args->min)),
	                   args->min);
	return 0;
}

static const struct window_op scaler_window = {
	.flags = WINDOW_OWN_WHOLE,
	.state_size = sizeof(struct window_accum_state),
	.compile = scaler_check,
	.start = window_accum_start,
	.next = scaler_next,
};

const struct accum_op accum_min_max_scaler_ops[] = {
	{
		.name = "$minMaxScaler",
		.doc = "Where a number lies between the least and the greatest of the window.",
		.usage = "{$minMaxScaler: {input: expression, min: number, max: number}}",
		.flags = ACCUM_WINDOW_ONLY,
		.state_size = sizeof(struct scaler_state),
		.compile = scaler_compile,
		.add = scaler_add,
		.merge = scaler_merge,
		.result = scaler_result,
		.window = &scaler_window,
	},
	{ 0 }
};
