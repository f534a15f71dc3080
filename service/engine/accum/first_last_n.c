/* $firstN and $lastN: the values of the first and of the last n documents. */
#include <string.h>

#include "engine/accum/kept.h"
#include "engine/accum/n_args.h"
#include "engine/accum/window_ends.h"

/* The last n are a ring: when it is full, the oldest stands at start. */
struct ends_state {
	struct value *items;
	size_t n, cap, start;
	uint64_t n_max;
};

static int ends_compile(struct compiler *c, struct accum *a, struct value spec)
{
	return n_args_compile(c, a, 5787801, spec);
}

static int ends_init(const struct accum *a, struct eval *ev, void *arg)
{
	struct ends_state *state = arg;

	return n_args_eval(a, ev, &state->n_max);
}

static int append(struct ends_state *state, struct eval *ev, struct value kept)
{
	struct value *items = arena_extend(eval_states(ev), state->items, state->n, &state->cap,
	                                   sizeof *items);

	if (items == NULL)
		return eval_check(ev);
	state->items = items;
	items[state->n++] = kept;
	return 0;
}

static int take(const struct accum *a, struct eval *ev, struct value *ret)
{
	struct value v;

	TRY(expr_eval_raw(a->input, ev, &v));
	*ret = v.type == VALUE_MISSING ? NUL_VALUE : kept_blind(ev, v);
	return 0;
}

static int first_n_add(const struct accum *a, struct eval *ev, void *arg)
{
	struct ends_state *state = arg;
	struct value v;

	if (state->n == state->n_max)
		return 0;
	TRY(take(a, ev, &v));
	return append(state, ev, v);
}

static int first_n_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct ends_state *other = other_arg;
	struct ends_state *state = arg;

	(void)a;
	for (size_t i = 0; i < other->n && state->n < state->n_max; i++)
		TRY(append(state, ev, other->items[i]));
	return eval_tick_n(ev, other->n);
}

static int push_last(struct ends_state *state, struct eval *ev, struct value kept)
{
	if (state->n < state->n_max)
		return append(state, ev, kept);
	state->items[state->start] = kept;
	state->start = (state->start + 1) % state->n;
	return 0;
}

static int last_n_add(const struct accum *a, struct eval *ev, void *arg)
{
	struct value v;

	TRY(take(a, ev, &v));
	return push_last(arg, ev, v);
}

static int last_n_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct ends_state *other = other_arg;

	(void)a;
	for (size_t i = 0; i < other->n; i++)
		TRY(push_last(arg, ev, other->items[(other->start + i) % other->n]));
	return eval_tick_n(ev, other->n);
}

static int ends_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct ends_state *state = arg;
	struct value *items = arena_array(ev->arena, state->n, sizeof *items);

	(void)a;
	if (items == NULL)
		return eval_check(ev);
	for (size_t i = 0; i < state->n; i++)
		items[i] = state->items[(state->start + i) % state->n];
	*ret = array_take(ev->arena, items, (uint32_t)state->n);
	return 0;
}

const struct accum_op accum_first_last_n_ops[] = {
	{
		.name = "$firstN",
		.doc = "The values of the first n documents, in an array; a missing one is null.",
		.usage = "{$firstN: {input: expression, n: whole number}}",
		.state_size = sizeof(struct ends_state),
		.compile = ends_compile,
		.init = ends_init,
		.add_document = first_n_add,
		.merge = first_n_merge,
		.result = ends_result,
		.window = &window_first_n_op,
	},
	{
		.name = "$lastN",
		.doc = "The values of the last n documents, in an array; a missing one is null.",
		.usage = "{$lastN: {input: expression, n: whole number}}",
		.state_size = sizeof(struct ends_state),
		.compile = ends_compile,
		.init = ends_init,
		.add_document = last_n_add,
		.merge = last_n_merge,
		.result = ends_result,
		.window = &window_last_n_op,
	},
	{ 0 }
};
