/* $concatArrays and $setUnion: the elements of all arrays, all of them or each once. */
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"
#include "engine/accum/kept_set.h"
#include "engine/accum/value_list.h"
#include "engine/accum/window_set.h"
#include "engine/accum/window_slices.h"

static int check_array(const struct accum *a, struct eval *ev, struct value v)
{
	if (v.type == VALUE_ARRAY)
		return 0;
	return accum_fail(a, ev, 14, "%s requires array inputs, but input %s is of type %s",
	                  a->op->name, eval_text(ev, v), value_type_name(v.type));
}

static int concat_add(const struct accum *a, struct eval *ev, void *state, struct value v)
{
	if (v.type == VALUE_MISSING)
		return 0;
	TRY(check_array(a, ev, v));
	uint32_t n = array_n(ev->arena, v.array);
	for (uint32_t i = 0; i < n; i++)
		TRY(value_list_add(state, ev, kept_blind(ev, v.array->items[i])));
	return eval_tick_n(ev, n);
}

static int concat_merge(const struct accum *a, struct eval *ev, void *state, const void *other)
{
	(void)a;
	return value_list_merge(state, ev, other);
}

static int concat_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct value_list *state = arg;

	(void)a;
	*ret = value_list_array(state, ev, 0, state->n);
	return 0;
}

static int union_add(const struct accum *a, struct eval *ev, void *state, struct value v)
{
	if (v.type == VALUE_MISSING)
		return 0;
	TRY(check_array(a, ev, v));
	uint32_t n = array_n(ev->arena, v.array);
	for (uint32_t i = 0; i < n; i++)
		TRY(kept_set_add(state, ev, v.array->items[i], array_get(ev->arena, v.array, i)));
	return eval_tick_n(ev, n);
}

static int union_merge(const struct accum *a, struct eval *ev, void *state, const void *other)
{
	(void)a;
	return kept_set_merge(state, ev, other);
}

static int union_result(const struct accum *a, struct eval *ev, void *state, struct value *ret)
{
	(void)a;
	*ret = kept_set_array(state, ev);
	return 0;
}

const struct accum_op accum_arrays_ops[] = {
	{
		.name = "$concatArrays",
		.doc = "The elements of all arrays in one, in the order of the documents.",
		.usage = "{$concatArrays: expression}",
		.state_size = sizeof(struct value_list),
		.add = concat_add,
		.merge = concat_merge,
		.result = concat_result,
		.window = &window_slices_op,
	},
	{
		.name = "$setUnion",
		.doc = "Every different element of all arrays once.",
		.usage = "{$setUnion: expression}",
		.state_size = sizeof(struct kept_set),
		.add = union_add,
		.merge = union_merge,
		.result = union_result,
		.window = &window_set_op,
	},
	{ 0 }
};
