/* $concatArrays: arrays one after the other. */
#include "engine/expr/expr.h"

struct items {
	struct array_builder all;
};

_Static_assert(sizeof(struct items) <= EXPR_FOLD_STATE_MAX, "see expr_eval_fold()");

static int arrays_check(const struct expr *e, struct eval *ev, struct value v, bool *ret_is_null)
{
	*ret_is_null = value_is_nullish(v);
	if (v.type != VALUE_ARRAY && !*ret_is_null)
		return expr_fail(e, ev, 28664, "$concatArrays only supports arrays, not %s",
		                 value_type_name(v.type));
	return 0;
}

static int arrays_add(struct eval *ev, void *state, struct value v)
{
	struct array_builder *all = &((struct items *)state)->all;
	uint32_t n = array_n(ev->arena, v.array);

	if (all->arena == NULL)
		array_builder_init(all, ev->arena, n);
	for (uint32_t i = 0; i < n; i++) {
		TRY(eval_tick(ev));
		array_builder_add(all, v.array->items[i]);
	}
	return eval_check(ev);
}

static int arrays_finish(struct eval *ev, void *state, struct value *ret)
{
	struct array_builder *all = &((struct items *)state)->all;

	if (all->arena == NULL)
		array_builder_init(all, ev->arena, 0);
	*ret = array_builder_finish(all);
	return 0;
}

static const struct expr_fold arrays_fold = {
	.check = arrays_check,
	.add = arrays_add,
	.finish = arrays_finish,
};

/* Arguments after the first null are not looked at. */
static int concat_arrays_eval(const struct expr *e, struct eval *ev, struct value *ret)
{
	struct array **arrays = arena_array(ev->arena, e->n_args, sizeof *arrays);
	bool is_null;

	if (arrays == NULL)
		return eval_check(ev);
	for (uint32_t i = 0; i < e->n_args; i++) {
		struct value v;

		TRY(expr_eval(e->args[i], ev, &v));
		TRY(arrays_check(e, ev, v, &is_null));
		if (is_null) {
			*ret = NUL_VALUE;
			return 0;
		}
		arrays[i] = v.array;
		TRY(eval_tick_n(ev, i > 0 ? array_n(ev->arena, v.array) : 1));
	}
	*ret = e->n_args > 0 ? array_concat(ev->arena, arrays, e->n_args)
	                     : array_take(ev->arena, NULL, 0);
	return 0;
}

const struct expr_op expr_concat_arrays_ops[] = {
	{
		.name = "$concatArrays",
		.doc = "One array of the elements of all; null if any argument is null.",
		.usage = "{$concatArrays: [array, …]}",
		.args_min = 0,
		.args_max = EXPR_ANY,
		.eval = concat_arrays_eval,
		.fold = &arrays_fold,
	},
	{ 0 }
};
