/* $reduce: one value from all elements of an array, taken in order. */
#include "engine/expr/expr.h"

enum { INPUT, INITIAL_VALUE, IN, N_ARGS };
enum { SLOT_VALUE, SLOT_THIS };

static const struct expr_param params[] = {
	[INPUT] = { .name = "input", .is_required = true, .missing_code = 40077 },
	[INITIAL_VALUE] = { .name = "initialValue", .is_required = true, .missing_code = 40078 },
	[IN] = { .name = "in", .is_required = true, .missing_code = 40079 },
	[N_ARGS] = { 0 },
};

static int reduce_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value input, value;

	TRY(expr_eval(e->args[INPUT], ev, &input));
	if (value_is_nullish(input)) {
		*ret = NUL_VALUE;
		return 0;
	}
	if (input.type != VALUE_ARRAY)
		return expr_fail(e, ev, 40080, "$reduce requires that 'input' be an array, found: %s",
		                 eval_text(ev, input));

	uint32_t n = array_n(ev->arena, input.array);
	TRY(expr_eval(e->args[INITIAL_VALUE], ev, &value));
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		ev->vars[e->slots[SLOT_THIS]] = array_get(ev->arena, input.array, i);
		ev->vars[e->slots[SLOT_VALUE]] = value;
		TRY(expr_eval(e->args[IN], ev, &value));
	}
	*ret = value;
	return 0;
}

static int reduce_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                          struct expr **ret)
{
	struct expr *e = expr_create(c, op, N_ARGS);
	struct value values[N_ARGS];
	struct scope *outer = c->scope;
	int rc = 0;

	if (e == NULL)
		return compile_nomem(c);
	TRY(expr_read_params(c, op, spec, values));
	for (uint32_t i = INPUT; i <= INITIAL_VALUE; i++)
		if (expr_compile_member(c, params[i].name, values[i], &e->args[i]) != 0)
			rc = ERR_PIPELINE;
	e->slots[SLOT_THIS] = compile_bind(c, STR("this"));
	e->slots[SLOT_VALUE] = compile_bind(c, STR("value"));
	if (expr_compile_member(c, "in", values[IN], &e->args[IN]) != 0)
		rc = ERR_PIPELINE;
	c->scope = outer;
	if (rc == 0)
		*ret = e;
	return rc;
}

const struct expr_op expr_reduce_ops[] = {
	{
		.name = "$reduce",
		.doc = "One value from all elements: $$value is what came of those before, $$this the next.",
		.usage = "{$reduce: {input: array, initialValue: expression, in: expression}}",
		.eval = reduce_eval,
		.compile = reduce_compile,
		.params = params,
		.object_code = 40075,
		.unknown_code = 40076,
	},
	{ 0 }
};
