/* $literal: its argument, untouched by any meaning that dollars have elsewhere. */
#include "engine/expr/expr.h"

static int literal_compile(struct compiler *c, const struct expr_op *op, struct value spec,
                           struct expr **ret)
{
	(void)op;
	*ret = expr_constant(c, spec);
	return *ret == NULL ? compile_nomem(c) : 0;
}

const struct expr_op expr_literal_ops[] = {
	{
		.name = "$literal",
		.doc = "The value as it is written, without looking for paths or operators in it.",
		.usage = "{$literal: value}",
		.compile = literal_compile,
	},
	{ 0 }
};
