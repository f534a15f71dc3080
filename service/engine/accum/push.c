/* $push: every value, in the order of the documents. */
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"
#include "engine/accum/value_list.h"
#include "engine/accum/window_slices.h"

static int push_add(const struct accum *a, struct eval *ev, void *state, struct value v)
{
	(void)a;
	return v.type == VALUE_MISSING ? 0 : value_list_add(state, ev, kept_blind(ev, v));
}

static int push_merge(const struct accum *a, struct eval *ev, void *state, const void *other)
{
	(void)a;
	return value_list_merge(state, ev, other);
}

static int push_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct value_list *state = arg;

	(void)a;
	*ret = value_list_array(state, ev, 0, state->n);
	return 0;
}

const struct accum_op accum_push_ops[] = {
	{
		.name = "$push",
		.doc = "All values in an array, in the order of the documents; not missing ones.",
		.usage = "{$push: expression}",
		.flags = ACCUM_MERGE_APART,
		.state_size = sizeof(struct value_list),
		.add = push_add,
		.takes_raw = true,
		.merge = push_merge,
		.result = push_result,
		.window = &window_slices_op,
	},
	{ 0 }
};
