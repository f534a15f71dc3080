/* $min and $max: by the order of all types; null and missing do not count. */
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"

/* Missing while nothing has been seen. */
struct best_state {
	struct value best;  /* decoded, to compare with; lives in eval_states(ev) */
	struct value found; /* the same as it came */
};

static bool is_better(const struct accum *a, struct eval *ev, struct value v, struct value best)
{
	return best.type == VALUE_MISSING || value_cmp(ev->arena, v, best) * a->op->option > 0;
}

static int best_add(const struct accum *a, struct eval *ev, void *arg, struct value found)
{
	struct best_state *state = arg;
	struct value v = value_decode(ev->arena, found);

	if (value_is_nullish(v) || !is_better(a, ev, v, state->best))
		return 0;
	state->found = kept_from(ev, found, v);
	state->best = value_decode(eval_states(ev), state->found);
	return 0;
}

static int best_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct best_state *other = other_arg;
	struct best_state *state = arg;

	if (other->best.type != VALUE_MISSING && is_better(a, ev, other->best, state->best))
		*state = *other;
	return 0;
}

static int best_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct best_state *state = arg;

	(void)a;
	(void)ev;
	*ret = state->best.type == VALUE_MISSING ? NUL_VALUE : state->found;
	return 0;
}

const struct accum_op accum_min_max_ops[] = {
	{
		.name = "$max",
		.doc = "The greatest value in the order of all types; null and missing do not count.",
		.usage = "{$max: expression}",
		.flags = ACCUM_EXPRESSION,
		.state_size = sizeof(struct best_state),
		.add = best_add,
		.takes_raw = true,
		.merge = best_merge,
		.result = best_result,
		.option = 1,
	},
	{
		.name = "$min",
		.doc = "The smallest value in the order of all types; null and missing do not count.",
		.usage = "{$min: expression}",
		.flags = ACCUM_EXPRESSION,
		.state_size = sizeof(struct best_state),
		.add = best_add,
		.takes_raw = true,
		.merge = best_merge,
		.result = best_result,
		.option = -1,
	},
	{ 0 }
};
