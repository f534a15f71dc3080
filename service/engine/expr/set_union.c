/* $setUnion: every value that is in any of the arrays, once. */
#include "engine/expr/set_operands.h"

struct set_union {
	struct array_builder items;
};

_Static_assert(sizeof(struct set_union) <= EXPR_FOLD_STATE_MAX, "see expr_eval_fold()");

static int union_check(const struct expr *e, struct eval *ev, struct value v, bool *ret_is_null)
{
	*ret_is_null = value_is_nullish(v);
	if (v.type != VALUE_ARRAY && !*ret_is_null)
		return expr_fail(
			e, ev, 17043,
			"All operands of $setUnion must be arrays. One argument is of type: %s",
			value_type_name(v.type));
	return 0;
}

static int union_add(struct eval *ev, void *state, struct value v)
{
	struct array_builder *items = &((struct set_union *)state)->items;
	uint32_t n = array_n(ev->arena, v.array);

	if (items->arena == NULL)
		array_builder_init(items, ev->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		array_builder_add(items, v.array->items[i]);
	}
	return eval_check(ev);
}

static int union_finish(struct eval *ev, void *state, struct value *ret)
{
	struct array_builder *items = &((struct set_union *)state)->items;

	return set_from_items(ev, items->items, (uint32_t)items->n, ret);
}

static const struct expr_fold union_fold = {
	.check = union_check,
	.add = union_add,
	.finish = union_finish,
};

const struct expr_op expr_set_union_ops[] = {
	{
		.name = "$setUnion",
		.doc = "Every value that is in any of the arrays, once, in order.",
		.usage = "{$setUnion: [array, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = expr_eval_fold,
		.fold = &union_fold,
	},
	{ 0 }
};
