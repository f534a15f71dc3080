/* $first and $last: the value of the first and of the last document. */
#include "engine/accum/accum.h"
#include "engine/accum/kept.h"
#include "engine/accum/window_ends.h"

struct end_state {
	struct value v;
	bool is_set;
};

static int end_take(const struct accum *a, struct eval *ev, struct end_state *state)
{
	struct value v;

	TRY(expr_eval_raw(a->input, ev, &v));
	state->v = kept_blind(ev, v);
	state->is_set = true;
	return 0;
}

/* What comes after the first is not even evaluated. */
static int first_add(const struct accum *a, struct eval *ev, void *arg)
{
	struct end_state *state = arg;

	return state->is_set ? 0 : end_take(a, ev, state);
}

static int last_add(const struct accum *a, struct eval *ev, void *arg)
{
	return end_take(a, ev, arg);
}

static int first_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct end_state *other = other_arg;
	struct end_state *state = arg;

	(void)a;
	(void)ev;
	if (!state->is_set)
		*state = *other;
	return 0;
}

static int last_merge(const struct accum *a, struct eval *ev, void *arg, const void *other_arg)
{
	const struct end_state *other = other_arg;
	struct end_state *state = arg;

	(void)a;
	(void)ev;
	if (other->is_set)
		*state = *other;
	return 0;
}

static int end_result(const struct accum *a, struct eval *ev, void *arg, struct value *ret)
{
	const struct end_state *state = arg;

	(void)a;
	(void)ev;
	*ret = state->v;
	return 0;
}

const struct accum_op accum_first_last_ops[] = { {
							 .name = "$first",
							 .doc = "The value of the first document.",
							 .usage = "{$first: expression}",
							 .flags = ACCUM_MERGE_APART,
							 .state_size = sizeof(struct end_state),
							 .add_document = first_add,
							 .merge = first_merge,
							 .result = end_result,
							 .window = &window_first_op,
						 },
	                                         {
							 .name = "$last",
							 .doc = "The value of the last document.",
							 .usage = "{$last: expression}",
							 .flags = ACCUM_MERGE_APART,
							 .state_size = sizeof(struct end_state),
							 .add_document = last_add,
							 .merge = last_merge,
							 .result = end_result,
							 .window = &window_last_op,
						 },
	                                         { 0 } };
