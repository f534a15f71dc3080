/* $rand: a random number. */
#include "engine/expr/expr.h"

/* The 53 bits that a double of this size has. */
static int rand_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	(void)e;
	*ret = value_double((double)(eval_random(ev) >> 11) * 0x1p-53);
	return 0;
}

static bool is_empty(struct compiler *c, struct value spec)
{
	return (spec.type == VALUE_OBJECT && object_n(c->arena, spec.object) == 0) ||
	       (spec.type == VALUE_ARRAY && array_n(c->arena, spec.array) == 0);
}

static int rand_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                        struct expr **ret)
{
	if (!is_empty(c, spec))
		return compile_fail(c, 3040501, op->name,
		                    "$rand does not currently accept arguments");
	*ret = expr_create(c, op, 0);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct expr_op expr_rand_ops[] = {
	{
		.name = "$rand",
		.doc = "A random double from 0 up to, not including, 1; repeatable by options.seed.",
		.usage = "{$rand: {}}",
		.flags = EXPR_VOLATILE,
		.eval = rand_eval,
		.compile = rand_compile,
	},
	{ 0 }
};
