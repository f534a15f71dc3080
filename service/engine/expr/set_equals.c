/* $setEquals and $setIsSubset: arrays compared as sets. */
#include "engine/expr/set_operands.h"

/* Sets of one size are equal when every value of the one is in the other. */
static int is_equal(struct eval *ev, const struct value_set *first, struct array *arr, bool *ret)
{
	uint32_t n = array_n(ev->arena, arr);
	struct value_set own;

	TRY(set_of_array(ev, arr, &own));
	*ret = own.n == first->n;
	for (uint32_t i = 0; i < n && *ret; i++) {
		TRY(eval_tick(ev));
		*ret = value_set_find(first, ev->arena, array_get(ev->arena, arr, i)) >= 0;
	}
	return 0;
}

/* After the first difference the other arguments are not looked at. */
static int set_equals_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct value_set first;
	bool is_same = true;

	for (uint32_t i = 0; i < e->n_args && is_same; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		if (v.type != VALUE_ARRAY)
			return expr_fail(e, ev, 17044,
			                 "All operands of $setEquals must be arrays. %u-th argument is of "
			                 "type: %s",
			                 i + 1, value_type_name(v.type));
		if (i == 0)
			TRY(set_of_array(ev, v.array, &first));
		else
			TRY(is_equal(ev, &first, v.array, &is_same));
	}
	*ret = value_bool(is_same);
	return 0;
}

static int set_is_subset_call(const struct expr *e, struct eval *ev, const struct value *argv,
                              size_t argc, struct value *ret)
{
	struct value_set set;
	bool is_subset = true;

	(void)argc;
	if (argv[0].type != VALUE_ARRAY)
		return expr_fail(e, ev, 17046,
		                 "both operands of $setIsSubset must be arrays. First argument is of "
		                 "type: %s",
		                 value_type_name(argv[0].type));
	if (argv[1].type != VALUE_ARRAY)
		return expr_fail(e, ev, 17042,
		                 "both operands of $setIsSubset must be arrays. Second argument is of "
		                 "type: %s",
		                 value_type_name(argv[1].type));
	uint32_t n = array_n(ev->arena, argv[0].array);
	TRY(set_of_array(ev, argv[1].array, &set));
	for (uint32_t i = 0; i < n && is_subset; i++) {
		TRY(eval_tick(ev));
		is_subset = value_set_find(&set, ev->arena,
		                           array_get(ev->arena, argv[0].array, i)) >= 0;
	}
	*ret = value_bool(is_subset);
	return 0;
}

const struct expr_op expr_set_equals_ops[] = {
	{
		.name = "$setEquals",
		.doc = "Do all arrays hold the same values, whatever their order and number?",
		.usage = "{$setEquals: [array, array, …]}",
		.args_min = 2,
		.args_max = EXPR_ANY,
		.arity_code = 17045,
		.eval = set_equals_eval,
	},
	{
		.name = "$setIsSubset",
		.doc = "Is every value of the first array in the second?",
		.usage = "{$setIsSubset: [array, array]}",
		.args_min = 2,
		.args_max = 2,
		.call = set_is_subset_call,
	},
	{ 0 }
};
