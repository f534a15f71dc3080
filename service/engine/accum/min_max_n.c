/* $minN and $maxN: the n smallest and the n greatest values. */
#include "engine/accum/kept.h"
#include "engine/accum/n_args.h"
#include "engine/accum/top_n.h"

/* One key, the value itself. */
static const struct sort_spec rising = { .keys = &(struct sort_key){ .n_parts = 0 }, .n_keys = 1 };
static const struct sort_spec falling = {
	.keys = &(struct sort_key){ .is_descending = true },
	.n_keys = 1,
};
static const struct top_order smallest = { .spec = &rising };
static const struct top_order greatest = { .spec = &falling };

static const struct top_order *order_of(const struct accum *a)
{
	return a->op->option < 0 ? &smallest : &greatest;
}

static int best_compile(struct compiler *c, struct accum *a, struct value spec)
{
	return n_args_compile(c, a, 5787900, spec);
}

static int best_init(const struct accum *a, struct eval *ev, void *arg)
{
	struct top_n *state = arg;

	return n_args_eval(a, ev, &state->n_max);
}

static int best_add(const struct accum *a, struct eval *ev, void *state, struct value found)
{
	struct value v = value_decode(ev->arena, found);

	if (value_is_nullish(v) || !top_n_wants(state, order_of(a), ev, &v))
		return 0;
	return top_n_add(state, order_of(a), ev, &v, kept_blind(ev, found));
}

static int best_merge(const struct accum *a, struct eval *ev, void *state, const void *other)
{
	return top_n_merge(state, order_of(a), ev, other);
}

static int best_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct top_n *state = arg;
	struct value *items;

	TRY(top_n_result(state, order_of(a), ev, &items));
	*ret = array_take(ev->arena, items, (uint32_t)state->n);
	return 0;
}

const struct accum_op accum_min_max_n_ops[] = {
	{
		.name = "$maxN",
		.doc = "The n greatest values, the greatest first; null and missing do not count.",
		.usage = "{$maxN: {input: expression, n: whole number}}",
		.flags = ACCUM_RESULT_OPENS,
		.state_size = sizeof(struct top_n),
		.compile = best_compile,
		.init = best_init,
		.add = best_add,
		.takes_raw = true,
		.merge = best_merge,
		.result = best_result,
		.option = 1,
	},
	{
		.name = "$minN",
		.doc = "The n smallest values, the smallest first; null and missing do not count.",
		.usage = "{$minN: {input: expression, n: whole number}}",
		.flags = ACCUM_RESULT_OPENS,
		.state_size = sizeof(struct top_n),
		.compile = best_compile,
		.init = best_init,
		.add = best_add,
		.takes_raw = true,
		.merge = best_merge,
		.result = best_result,
		.option = -1,
	},
	{ 0 }
};
