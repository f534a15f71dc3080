/* The first and last documents of a window. */
#include "engine/accum/window_ends.h"

#include "engine/accum/n_args.h"

struct ends_state {
	struct window_frame frame;
	uint64_t n; /* so many are wanted */
};

static int value_at(const struct window_fn *f, struct window_part *p, size_t i, struct value *ret)
{
	window_bind(p, i);
	return expr_eval_raw(f->accum->input, p->ev, ret);
}

/* Of an empty window it is null; what the document lacks is missing. */
static int first_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                      struct value *ret)
{
	struct ends_state *state = arg;

	TRY(window_frame_move(f, p, i, &state->frame));
	*ret = NUL_VALUE;
	return state->frame.first == state->frame.end ? 0 : value_at(f, p, state->frame.first, ret);
}

static int last_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                     struct value *ret)
{
	struct ends_state *state = arg;

	TRY(window_frame_move(f, p, i, &state->frame));
	*ret = NUL_VALUE;
	return state->frame.first == state->frame.end ? 0
	                                              : value_at(f, p, state->frame.end - 1, ret);
}

static int n_start(const struct window_fn *f, struct window_part *p, void *arg)
{
	static const struct shape nothing = { .n = 0 };
	struct ends_state *state = arg;

	eval_set_root(p->ev, object_from_shape(p->ev->arena, &nothing, NULL));
	return n_args_eval(f->accum, p->ev, &state->n);
}

static int values_between(const struct window_fn *f, struct window_part *p, size_t first,
                          size_t end, struct value *ret)
{
	struct value *items = arena_array(p->ev->arena, end - first, sizeof *items);

	if (items == NULL)
		return eval_check(p->ev);
	for (size_t k = first; k < end; k++) {
		TRY(eval_tick(p->ev));
		TRY(value_at(f, p, k, &items[k - first]));
		if (items[k - first].type == VALUE_MISSING)
			items[k - first] = NUL_VALUE;
	}
	*ret = array_take(p->ev->arena, items, (uint32_t)(end - first));
	return 0;
}

static int first_n_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                        struct value *ret)
{
	struct ends_state *state = arg;

	TRY(window_frame_move(f, p, i, &state->frame));
	size_t n = MIN(state->frame.end - state->frame.first, state->n);
	return values_between(f, p, state->frame.first, state->frame.first + n, ret);
}

static int last_n_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                       struct value *ret)
{
	struct ends_state *state = arg;

	TRY(window_frame_move(f, p, i, &state->frame));
	size_t n = MIN(state->frame.end - state->frame.first, state->n);
	return values_between(f, p, state->frame.end - n, state->frame.end, ret);
}

const struct window_op window_first_op = {
	.state_size = sizeof(struct ends_state),
	.next = first_next,
};
const struct window_op window_last_op = {
	.state_size = sizeof(struct ends_state),
	.next = last_next,
};
const struct window_op window_first_n_op = {
	.state_size = sizeof(struct ends_state),
	.start = n_start,
	.next = first_n_next,
};
const struct window_op window_last_n_op = {
	.state_size = sizeof(struct ends_state),
	.start = n_start,
	.next = last_n_next,
};
