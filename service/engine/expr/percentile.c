/* $percentile and $median of the numbers in one array, or of one number. */
#include "engine/accum/percentile.h"

static int collect(const struct expr *e, struct eval *ev, struct value v, struct doubles *list)
{
	if (v.type != VALUE_ARRAY)
		return percentile_add(e->op->name, ev, list, v);
	uint32_t n = array_n(ev->arena, v.array);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		TRY(percentile_add(e->op->name, ev, list, array_get(ev->arena, v.array, i)));
	}
	return 0;
}

static int percentile_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct doubles list = { .n = 0 };
	struct arena *states = ev->states;
	struct value v;

	TRY(expr_eval(e->args[0], ev, &v));
	ev->states = ev->arena; /* what is collected need not outlive the batch */
	int rc = collect(e, ev, v, &list);
	ev->states = states;
	TRY(rc);
	return percentile_result(e->data, ev, &list, ret);
}

/* option: the code when the argument is no object. */
static int compile(struct compiler *c, const struct expr_op *op, struct value spec,
                   struct expr **ret)
{
	struct percentile_args *args = compile_alloc(c, 1, sizeof *args);
	struct expr *e = expr_create(c, op, 1);

	if (args == NULL || e == NULL)
		return compile_nomem(c);
	TRY(percentile_compile(c, op->name, str_is(STR("$median"), op->name), op->option, spec,
	                       args));
	e->args[0] = args->input;
	e->data = args;
	*ret = e;
	return 0;
}

const struct expr_op expr_percentile_ops[] = {
	{
		.name = "$median",
		.doc = "The number in the middle of an array, by rank; null of none.",
		.usage = "{$median: {input: expression, method: \"approximate\"}}",
		.eval = percentile_eval,
		.compile = compile,
		.option = 7436201,
	},
	{
		.name = "$percentile",
		.doc = "The numbers of an array at the ranks that p gives as parts of 1.",
		.usage = "{$percentile: {input: expression, p: [number, …], method: \"approximate\"}}",
		.eval = percentile_eval,
		.compile = compile,
		.option = 7436200,
	},
	{ 0 }
};
