/* $and, $or and $not. */
#include "engine/expr/expr.h"

/* The row's option is the truth of a part that settles the whole; what follows is not evaluated. */
static int and_or_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	bool settles = e->op->option;
	struct value v;

	for (uint32_t i = 0; i < e->n_args; i++) {
		TRY(expr_eval(e->args[i], ev, &v));
		if (value_is_true(v) == settles) {
			*ret = value_bool(settles);
			return 0;
		}
	}
	*ret = value_bool(!settles);
	return 0;
}

static int not_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	(void)e;
	(void)ev;
	(void)argc;
	*ret = value_bool(!value_is_true(argv[0]));
	return 0;
}

const struct expr_op expr_logic_ops[] = {
	{
		.name = "$and",
		.doc = "Are all true?  Nothing is evaluated behind the first that is not.",
		.usage = "{$and: [expression, …]}",
		.args_max = EXPR_ANY,
		.flags = EXPR_TOTAL,
		.eval = and_or_eval,
		.option = false,
	},
	{
		.name = "$not",
		.doc = "Is it false?  So are false, 0, null and a missing value.",
		.usage = "{$not: [expression]}",
		.args_min = 1,
		.args_max = 1,
		.flags = EXPR_TOTAL,
		.call = not_call,
	},
	{
		.name = "$or",
		.doc = "Is any true?  Nothing is evaluated behind the first that is.",
		.usage = "{$or: [expression, …]}",
		.args_max = EXPR_ANY,
		.flags = EXPR_TOTAL,
		.eval = and_or_eval,
		.option = true,
	},
	{ 0 }
};
