/* $map: an array of what an expression makes of each element. */
#include "engine/expr/bind.h"

enum { INPUT, IN, N_ARGS };
enum { PARAM_INPUT, PARAM_AS, PARAM_IN, N_PARAMS };

static const struct expr_param params[] = {
	[PARAM_INPUT] = { .name = "input", .is_required = true, .missing_code = 16880 },
	[PARAM_AS] = { .name = "as" },
	[PARAM_IN] = { .name = "in", .is_required = true, .missing_code = 16882 },
	[N_PARAMS] = { 0 },
};

static int map_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value input;

	TRY(bind_eval_items(e, ev, 16883, &input));
	if (input.type == VALUE_NULL) {
		*ret = input;
		return 0;
	}
	uint32_t n = array_n(ev->arena, input.array);
	struct value *items = arena_array(ev->arena, n, sizeof *items);
	if (items == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		ev->vars[e->slots[0]] = array_get(ev->arena, input.array, i);
		TRY(expr_eval_raw(e->args[IN], ev, &items[i]));
		if (items[i].type == VALUE_MISSING)
			items[i] = NUL_VALUE;
	}
	*ret = array_take(ev->arena, items, n);
	return 0;
}

static int map_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                       struct expr **ret)
{
	struct expr *e = expr_create(c, op, N_ARGS);
	struct value values[N_PARAMS];

	if (e == NULL)
		return compile_nomem(c);
	TRY(expr_read_params(c, op, spec, values));
	TRY(bind_compile_items(c, e, values[PARAM_INPUT], values[PARAM_AS], "in", values[PARAM_IN]));
	*ret = e;
	return 0;
}

const struct expr_op expr_map_ops[] = {
	{
		.name = "$map",
		.doc = "What an expression makes of each element of an array.",
		.usage = "{$map: {input: array, as: name (this), in: expression}}",
		.eval = map_eval,
		.compile = map_compile,
		.params = params,
		.object_code = 16878,
		.unknown_code = 16879,
	},
	{ 0 }
};
