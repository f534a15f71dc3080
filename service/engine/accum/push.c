/* $push: every value, in the order of the documents. */
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"

struct push_state {
	struct value *items;
	size_t n, cap;
};

static int push_add(const struct accum *a, struct eval *ev, void *arg, struct value v)
{
	struct push_state *state = arg;

	(void)a;
	if (v.type == VALUE_MISSING)
		return 0;
	struct value *items = arena_extend(eval_states(ev), state->items, state->n, &state->cap,
	                                   sizeof *items);
	if (items == NULL)
		return eval_check(ev);
	state->items = items;
	items[state->n++] = kept_blind(ev, v);
	return 0;
}

static int push_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct push_state *other = other_arg;

	for (size_t i = 0; i < other->n; i++)
		TRY(push_add(a, ev, arg, other->items[i]));
	return 0;
}

static int push_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct push_state *state = arg;

	(void)a;
	*ret = array_take(ev->arena, state->items, (uint32_t)state->n);
	return 0;
}

const struct accum_op accum_push_ops[] = {
	{
		.name = "$push",
		.doc = "All values in an array, in the order of the documents; missing ones are left out.",
		.usage = "{$push: expression}",
		.state_size = sizeof(struct push_state),
		.add = push_add,
		.takes_raw = true,
		.merge = push_merge,
		.result = push_result,
	},
	{ 0 }
};
