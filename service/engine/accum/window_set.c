/* $addToSet and $setUnion over windows: each value once, counted as documents come and go. */
#include "engine/accum/window_set.h"

#include "engine/accum/kept_set.h"

struct set_state {
	struct kept_watch watch; /* first: the set calls it with its own address */
	struct kept_set set;     /* of all values of the partition */
	uint32_t *numbers;       /* of the values that documents add, document by document */
	size_t n_numbers, numbers_cap;
	size_t *ends;               /* how many numbers there were after each document */
	uint32_t *counts;           /* in the window, of each value */
	uint32_t *present, *places; /* values with a count, and where each stands among these */
	uint32_t n_present;
	struct window_frame frame, counted;
};

static int note(struct kept_watch *watch, struct eval *ev, size_t item_i)
{
	struct set_state *state = (struct set_state *)watch;
	uint32_t *numbers = arena_extend(eval_states(ev), state->numbers, state->n_numbers,
	                                 &state->numbers_cap, sizeof *numbers);

	if (numbers == NULL)
		return eval_check(ev);
	state->numbers = numbers;
	numbers[state->n_numbers++] = (uint32_t)item_i;
	return 0;
}

static int set_start(const struct window_fn *f, struct window_part *p, void *arg)
{
	struct set_state *state = arg;

	state->watch.fn = note;
	state->set.watch = &state->watch;
	state->ends = arena_array(p->arena, p->n, sizeof *state->ends);
	if (state->ends == NULL)
		return eval_check(p->ev);
	for (size_t i = 0; i < p->n; i++) {
		TRY(eval_tick(p->ev));
		window_bind(p, i);
		TRY(accum_add(f->accum, p->ev, &state->set));
		state->ends[i] = state->n_numbers;
	}
	state->counts = arena_zalloc(p->arena, state->set.n, sizeof *state->counts);
	state->present = arena_array(p->arena, state->set.n, sizeof *state->present);
	state->places = arena_array(p->arena, state->set.n, sizeof *state->places);
	if (state->counts == NULL || state->present == NULL || state->places == NULL)
		return eval_check(p->ev);
	return 0;
}

static void enter(struct set_state *state, uint32_t number)
{
	if (state->counts[number]++ > 0)
		return;
	state->places[number] = state->n_present;
	state->present[state->n_present++] = number;
}

static void leave(struct set_state *state, uint32_t number)
{
	if (--state->counts[number] > 0)
		return;
	uint32_t last = state->present[--state->n_present];

	state->present[state->places[number]] = last;
	state->places[last] = state->places[number];
}

static void count(struct set_state *state, size_t doc_i, void (*fn)(struct set_state *, uint32_t))
{
	for (size_t k = doc_i == 0 ? 0 : state->ends[doc_i - 1]; k < state->ends[doc_i]; k++)
		fn(state, state->numbers[k]);
}

static int set_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                    struct value *ret)
{
	struct set_state *state = arg;

	TRY(window_frame_move(f, p, i, &state->frame));
	while (state->counted.end < state->frame.end)
		count(state, state->counted.end++, enter);
	while (state->counted.first < state->frame.first && state->counted.first < state->counted.end)
		count(state, state->counted.first++, leave);

	struct value *items = arena_array(p->ev->arena, state->n_present, sizeof *items);
	if (items == NULL)
		return eval_check(p->ev);
	for (uint32_t k = 0; k < state->n_present; k++)
		items[k] = state->set.items[state->present[k]];
	*ret = array_take(p->ev->arena, items, state->n_present);
	return eval_tick_n(p->ev, state->n_present);
}

const struct window_op window_set_op = {
	.state_size = sizeof(struct set_state),
	.start = set_start,
	.next = set_next,
};
