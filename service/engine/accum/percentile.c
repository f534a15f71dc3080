/* $percentile and $median: the nearest rank, exact however many values there are. */
#include "engine/accum/percentile.h"

#include <math.h>

#include "engine/accum/accum.h"
#include "engine/accum/window_ranks.h"
#include "engine/spec_fields.h"

static int compile_ps(struct compiler *c, struct value spec, struct percentile_args *args)
{
	static const char where[] = "The $percentile 'p' field must be an array of ";
	struct value ps;
	bool is_constant;

	TRY(expr_compile_constant(c, spec, &is_constant, &ps));
	if (!is_constant)
		return compile_fail(c, 7750300, "$percentile",
		                    "%sconstant values, but found value: %s.", where,
		                    compile_text(c, spec));
	if (ps.type != VALUE_ARRAY || array_n(c->arena, ps.array) == 0)
		return compile_fail(c, 7750301, "$percentile",
		                    "%snumbers from [0.0, 1.0], but found: %s", where,
		                    compile_text(c, ps));
	args->n_ps = array_n(c->arena, ps.array);
	args->ps = compile_alloc(c, args->n_ps, sizeof *args->ps);
	if (args->ps == NULL)
		return compile_nomem(c);
	for (uint32_t i = 0; i < args->n_ps; i++) {
		struct value p = array_get(c->arena, ps.array, i);

		if (!value_is_number(p) || !(value_f64(p) >= 0 && value_f64(p) <= 1))
			return compile_fail(c, value_is_number(p) ? 7750303 : 7750302, "$percentile",
			                    "%snumbers from [0.0, 1.0], but found: %s", where,
			                    compile_text(c, p));
		args->ps[i] = value_f64(p);
	}
	return 0;
}

int percentile_compile(struct compiler *c, const char *name, bool is_median, int no_object_code,
                       struct value spec, struct percentile_args *ret)
{
	static double half[] = { 0.5 };
	struct value input, method, p;
	const struct spec_field fields[] = {
		{ "input", true, VALUE_MISSING, &input },
		{ "method", true, VALUE_STRING, &method },
		{ "p", true, VALUE_MISSING, &p },
	};

	if (spec.type != VALUE_OBJECT)
		return compile_fail(c, no_object_code, name,
		                    "specification must be an object; found %s",
		                    compile_text(c, spec));
	TRY(spec_fields_read(c, name, spec, fields, is_median ? 2 : 3));
	compile_enter(c, STR("input"));
	int rc = expr_compile(c, input, &ret->input);
	compile_leave(c);
	TRY(rc);
	ret->is_median = is_median;
	ret->ps = half;
	ret->n_ps = 1;
	if (!is_median)
		TRY(compile_ps(c, p, ret));
	if (!str_is(value_str(method), "approximate"))
		return compile_fail(c, 2, name,
		                    "Currently only 'approximate' can be used as "
		                    "percentile 'method'.");
	return 0;
}

int percentile_add(const char *name, struct eval *ev, struct doubles *list, struct value v)
{
	if (v.type == VALUE_DECIMAL)
		return eval_fail(ev, 14, name, NULL,
		                 "%s does not compute with values of type decimal", name);
	if (!value_is_number(v) || isnan(value_f64(v)))
		return 0;
	return doubles_add(list, ev, value_f64(v));
}

int percentile_result(const struct percentile_args *args, struct eval *ev,
                      const struct doubles *list, struct value *ret)
{
	struct value *items = arena_array(ev->arena, args->n_ps, sizeof *items);
	double *sorted;

	if (items == NULL)
		return eval_check(ev);
	TRY(doubles_sorted(list, ev, &sorted));
	for (uint32_t i = 0; i < args->n_ps; i++)
		items[i] = list->n == 0 ? NUL_VALUE
		                        : value_double(sorted[doubles_rank(args->ps[i], list->n)]);
	*ret = percentile_value(args, ev, items);
	return 0;
}

struct value percentile_value(const struct percentile_args *args, struct eval *ev,
                              struct value *items)
{
	return args->is_median ? items[0] : array_take(ev->arena, items, args->n_ps);
}

/* ---- the accumulators ---- */

static int compile_accum(struct compiler *c, struct accum *a, struct value spec)
{
	struct percentile_args *args = compile_alloc(c, 1, sizeof *args);

	if (args == NULL)
		return compile_nomem(c);
	TRY(percentile_compile(c, a->op->name, a->op->option == 0,
	                       a->op->option == 0 ? 7436100 : 7429703, spec, args));
	a->input = args->input;
	a->data = args;
	return 0;
}

static int add(const struct accum *a, struct eval *ev, void *state, struct value v)
{
	return percentile_add(a->op->name, ev, state, v);
}

static int merge(const struct accum *a, struct eval *ev, void *state, const void *other)
{
	(void)a;
	return doubles_merge(state, ev, other);
}

static int result(const struct accum *a, struct eval *ev, void *state, struct value *ret)
{
	return percentile_result(a->data, ev, state, ret);
}

const struct accum_op accum_percentile_ops[] = {
	{
		.name = "$median",
		.doc = "The number in the middle, by rank; null of none.",
		.usage = "{$median: {input: expression, method: \"approximate\"}}",
		.flags = ACCUM_EXPRESSION,
		.state_size = sizeof(struct doubles),
		.compile = compile_accum,
		.add = add,
		.merge = merge,
		.result = result,
		.window = &window_ranks_op,
		.option = 0,
	},
	{
		.name = "$percentile",
		.doc = "The numbers at the ranks that p gives as parts of 1, in an array; nulls of none.",
		.usage = "{$percentile: {input: expression, p: [number, …], method: \"approximate\"}}",
		.flags = ACCUM_EXPRESSION,
		.state_size = sizeof(struct doubles),
		.compile = compile_accum,
		.add = add,
		.merge = merge,
		.result = result,
		.window = &window_ranks_op,
		.option = 1,
	},
	{ 0 }
};
