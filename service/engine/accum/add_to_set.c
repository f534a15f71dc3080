/* $addToSet: every different value once, in the order in which they were first seen. */
#include "engine/accum/accum.h"
#include "engine/accum/kept_set.h"
#include "engine/accum/window_set.h"

static int add_to_set_add(const struct accum *a, struct eval *ev, void *arg, struct value found)
{
	(void)a;
	if (found.type == VALUE_MISSING)
		return 0;
	return kept_set_add(arg, ev, found, value_decode(ev->arena, found));
}

static int add_to_set_merge(const struct accum *a, struct eval *ev, void *arg, const void *other)
{
	(void)a;
	return kept_set_merge(arg, ev, other);
}

static int add_to_set_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	(void)a;
	*ret = kept_set_array(arg, ev);
	return 0;
}

const struct accum_op accum_add_to_set_ops[] = {
	{
		.name = "$addToSet",
		.doc = "Every different value once, in an array; missing ones are left out.",
		.usage = "{$addToSet: expression}",
		.state_size = sizeof(struct kept_set),
		.add = add_to_set_add,
		.takes_raw = true,
		.merge = add_to_set_merge,
		.result = add_to_set_result,
		.window = &window_set_op,
	},
	{ 0 }
};
