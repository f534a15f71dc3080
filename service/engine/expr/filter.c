/* $filter: the elements of an array that meet a condition. */
#include "engine/coerce.h"
#include "engine/expr/bind.h"

enum { INPUT, COND, LIMIT, N_ARGS };
enum { PARAM_INPUT, PARAM_AS, PARAM_COND, PARAM_LIMIT, N_PARAMS };

static const struct expr_param params[] = {
	[PARAM_INPUT] = { .name = "input", .is_required = true, .missing_code = 28648 },
	[PARAM_AS] = { .name = "as" },
	[PARAM_COND] = { .name = "cond", .is_required = true, .missing_code = 28650 },
	[PARAM_LIMIT] = { .name = "limit" },
	[N_PARAMS] = { 0 },
};

/* No limit, and a limit of null, are all the elements there are. */
static int eval_limit(const struct expr *e, struct eval *ev, uint32_t n, uint32_t *ret)
{
	struct value limit = NUL_VALUE;
	int32_t i;

	if (e->args[LIMIT] != NULL)
		TRY(expr_eval(e->args[LIMIT], ev, &limit));
	if (value_is_nullish(limit)) {
		*ret = n;
		return 0;
	}
	if (!coerce_to_i32(limit, &i))
		return expr_fail(e, ev, 327391,
		                 "$filter: limit must be represented as a 32-bit integral value: %s",
		                 eval_text(ev, limit));
	if (i <= 0)
		return expr_fail(e, ev, 327392, "$filter: limit must be greater than 0: %d", i);
	*ret = MIN((uint32_t)i, n);
	return 0;
}

static int filter_items(const struct expr *e, struct eval *ev, struct array *arr, struct value *ret)
{
	uint32_t n = array_n(ev->arena, arr), n_max, n_found = 0;

	TRY(eval_limit(e, ev, n, &n_max));
	struct value *items = arena_array(ev->arena, n_max, sizeof *items);
	if (items == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n && n_found < n_max; i++) {
		struct value is_in;

		TRY(eval_tick(ev));
		ev->vars[e->slots[0]] = array_get(ev->arena, arr, i);
		TRY(expr_eval(e->args[COND], ev, &is_in));
		if (value_is_true(is_in))
			items[n_found++] = arr->items[i];
	}
	*ret = array_take(ev->arena, items, n_found);
	return 0;
}

static int filter_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value input;

	TRY(bind_eval_items(e, ev, 28651, &input));
	if (input.type == VALUE_ARRAY && array_n(ev->arena, input.array) > 0)
		return filter_items(e, ev, input.array, ret);
	*ret = input; /* whatever the limit is */
	return 0;
}

static int filter_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                          struct expr **ret)
{
	struct expr *e = expr_create(c, op, N_ARGS);
	struct value values[N_PARAMS];
	int rc;

	if (e == NULL)
		return compile_nomem(c);
	TRY(expr_read_params(c, op, spec, values));
	rc = expr_compile_member(c, "limit", values[PARAM_LIMIT], &e->args[LIMIT]);
	if (bind_compile_items(c, e, values[PARAM_INPUT], values[PARAM_AS], "cond",
	                       values[PARAM_COND]) != 0)
		rc = ERR_PIPELINE;
	if (rc == 0)
		*ret = e;
	return rc;
}

const struct expr_op expr_filter_ops[] = {
	{
		.name = "$filter",
		.doc = "The elements of an array for which a condition is true, up to a limit.",
		.usage = "{$filter: {input: array, as: name (this), cond: expression, limit: number}}",
		.eval = filter_eval,
		.compile = filter_compile,
		.params = params,
		.object_code = 28646,
		.unknown_code = 28647,
	},
	{ 0 }
};
