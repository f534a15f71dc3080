/* $push and $concatArrays over windows: slices of one list. */
#include "engine/accum/window_slices.h"

#include "engine/accum/value_list.h"

struct slices_state {
	struct value_list list;
	size_t *ends; /* how long the list was after each document */
	struct window_frame frame;
};

static int slices_start(const struct window_fn *f, struct window_part *p, void *arg)
{
	struct slices_state *state = arg;

	state->ends = arena_array(p->arena, p->n, sizeof *state->ends);
	if (state->ends == NULL)
		return eval_check(p->ev);
	for (size_t i = 0; i < p->n; i++) {
		TRY(eval_tick(p->ev));
		window_bind(p, i);
		TRY(accum_add(f->accum, p->ev, &state->list));
		state->ends[i] = state->list.n;
	}
	return 0;
}

static int slices_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                       struct value *ret)
{
	struct slices_state *state = arg;
	const struct window_frame *frame = &state->frame;

	TRY(window_frame_move(f, p, i, &state->frame));
	size_t first = frame->first == 0 ? 0 : state->ends[frame->first - 1];
	size_t end = frame->end == 0 ? 0 : state->ends[frame->end - 1];
	*ret = value_list_array(&state->list, p->ev, first, MAX(first, end));
	return eval_tick_n(p->ev, end - first);
}

const struct window_op window_slices_op = {
	.state_size = sizeof(struct slices_state),
	.start = slices_start,
	.next = slices_next,
};
