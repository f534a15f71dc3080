/* $cond: one of two, by a condition; only that one is evaluated. */
#include "engine/expr/expr.h"

enum { IF, THEN, ELSE, N_ARGS };

static int cond_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value v;

	TRY(expr_eval(e->args[IF], ev, &v));
	return expr_eval(e->args[value_is_true(v) ? THEN : ELSE], ev, ret);
}

/* As a list, or by name. */
static int cond_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                        struct expr **ret)
{
	return spec.type == VALUE_OBJECT ? expr_compile_params(c, op, spec, ret)
	                                 : expr_compile_args(c, op, spec, ret);
}

static const struct expr_param params[] = {
	[IF] = { .name = "if", .is_required = true, .missing_code = 17080 },
	[THEN] = { .name = "then", .is_required = true, .missing_code = 17081 },
	[ELSE] = { .name = "else", .is_required = true, .missing_code = 17082 },
	[N_ARGS] = { 0 },
};

const struct expr_op expr_cond_ops[] = {
	{
		.name = "$cond",
		.doc = "The second if the first is true, else the third; the other is not evaluated.",
		.usage = "{$cond: [if, then, else]} or {$cond: {if: …, then: …, else: …}}",
		.args_min = N_ARGS,
		.args_max = N_ARGS,
		.flags = EXPR_TOTAL,
		.eval = cond_eval,
		.compile = cond_compile,
		.params = params,
		.unknown_code = 17083,
	},
	{ 0 }
};
