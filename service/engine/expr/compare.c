/* $cmp, $eq, $gt, $gte, $lt, $lte, $ne: over all types, in MongoDB's order. */
#include "engine/expr/expr.h"

/* The row's option: for which signs of the comparison the answer is true. */
enum sign { BELOW = 1, EQUAL = 2, ABOVE = 4 };

static int compare_call(const struct expr *e, struct eval *ev, const struct value *argv,
                        size_t argc, struct value *ret)
{
	int order = value_cmp(ev->arena, argv[0], argv[1]);
	int sign = order < 0 ? BELOW : order > 0 ? ABOVE : EQUAL;

	(void)argc;
	*ret = value_bool(e->op->option & sign);
	return 0;
}

static int eq_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                   struct value *ret)
{
	(void)argc;
	*ret = value_bool(value_eq(ev->arena, argv[0], argv[1]) == (e->op->option == EQUAL));
	return 0;
}

static int cmp_call(const struct expr *e, struct eval *ev, const struct value *argv, size_t argc,
                    struct value *ret)
{
	int order = value_cmp(ev->arena, argv[0], argv[1]);

	(void)e;
	(void)argc;
	*ret = value_int((order > 0) - (order < 0));
	return 0;
}

#define COMPARE_ROW(op_name, function, signs, sentence) \
	{ \
		.name = op_name, .doc = sentence, .usage = "{" op_name ": [value, value]}", \
		.args_min = 2, .args_max = 2, .flags = EXPR_TOTAL, .call = function, \
		.option = signs, \
	}

const struct expr_op expr_compare_ops[] = {
	COMPARE_ROW("$cmp", cmp_call, 0, "-1, 0 or 1: the first value is below, equal, or above."),
	COMPARE_ROW("$eq", eq_call, EQUAL, "Are the values equal?"),
	COMPARE_ROW("$gt", compare_call, ABOVE, "Is the first value above the second?"),
	COMPARE_ROW("$gte", compare_call, ABOVE | EQUAL, "Is the first value not below the second?"),
	COMPARE_ROW("$lt", compare_call, BELOW, "Is the first value below the second?"),
	COMPARE_ROW("$lte", compare_call, BELOW | EQUAL, "Is the first value not above the second?"),
	COMPARE_ROW("$ne", eq_call, 0, "Are the values different?"),
	{ 0 }
};
