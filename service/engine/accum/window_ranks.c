/*
 * Percentiles over windows.  All numbers of the partition are ranked once; a binary indexed tree
 * counts those that are in the window by rank, so that a number comes, goes and is found by its
 * place in as many steps as the partition's size has binary digits.
 */
#include "engine/accum/window_ranks.h"

#include "engine/accum/percentile.h"

#define NO_RANK UINT32_MAX

struct ranks_state {
	double *sorted;
	uint32_t *ranks; /* of each document's number, from 1; or NO_RANK */
	uint32_t *tree;  /* from 1 */
	size_t n_sorted;
	size_t n_present; /* numbers in the window */
	struct window_frame frame, counted;
};

static uint32_t rank_of(const double *sorted, size_t n, double d)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sorted[mid] < d)
			low = mid + 1;
		else
			high = mid;
	}
	return (uint32_t)low + 1;
}

/* The numbers in a list, and which document each is of: NO_RANK where there is none. */
static int collect(const struct window_fn *f, struct window_part *p, struct ranks_state *state,
                   struct doubles *list)
{
	for (size_t i = 0; i < p->n; i++) {
		size_t n_before = list->n;
		struct value v;

		TRY(eval_tick(p->ev));
		window_bind(p, i);
		TRY(expr_eval(f->accum->input, p->ev, &v));
		TRY(percentile_add(f->accum->op->name, p->ev, list, v));
		state->ranks[i] = list->n > n_before ? (uint32_t)n_before : NO_RANK;
	}
	return 0;
}

static int ranks_start(const struct window_fn *f, struct window_part *p, void *arg)
{
	struct ranks_state *state = arg;
	struct arena *scratch = p->ev->arena;
	struct doubles list = { .n = 0 };

	if (p->n >= NO_RANK)
		arena_fail(p->arena, ERR_NOMEM);
	state->ranks = arena_array(p->arena, p->n, sizeof *state->ranks);
	if (state->ranks == NULL)
		return eval_check(p->ev);
	TRY(collect(f, p, state, &list));
	p->ev->arena = p->arena;
	int rc = doubles_sorted(&list, p->ev, &state->sorted);
	p->ev->arena = scratch;
	TRY(rc);
	state->n_sorted = list.n;
	state->tree = arena_zalloc(p->arena, list.n + 1, sizeof *state->tree);
	if (state->tree == NULL)
		return eval_check(p->ev);
	for (size_t i = 0; i < p->n; i++)
		if (state->ranks[i] != NO_RANK)
			state->ranks[i] = rank_of(state->sorted, list.n,
			                          list.items[state->ranks[i]]);
	return 0;
}

static void count(struct ranks_state *state, size_t doc_i, bool comes)
{
	uint32_t rank = state->ranks[doc_i];
	uint32_t by = comes ? 1 : UINT32_MAX; /* one more, or one less */

	if (rank == NO_RANK)
		return;
	state->n_present = comes ? state->n_present + 1 : state->n_present - 1;
	for (size_t i = rank; i <= state->n_sorted; i += i & (0 - i))
		state->tree[i] += by;
}

/* The number at a place among those in the window, from 0. */
static double number_at(const struct ranks_state *state, size_t at)
{
	size_t i = 0, step = 1;

	while (step * 2 <= state->n_sorted)
		step *= 2;
	for (; step > 0; step /= 2)
		if (i + step <= state->n_sorted && state->tree[i + step] <= at) {
			i += step;
			at -= state->tree[i];
		}
	return state->sorted[i];
}

static int ranks_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                      struct value *ret)
{
	const struct percentile_args *args = f->accum->data;
	struct ranks_state *state = arg;
	struct value *items = arena_array(p->ev->arena, args->n_ps, sizeof *items);

	if (items == NULL)
		return eval_check(p->ev);
	TRY(window_frame_move(f, p, i, &state->frame));
	while (state->counted.end < state->frame.end)
		count(state, state->counted.end++, true);
	while (state->counted.first < state->frame.first)
		count(state, state->counted.first++, false);
	for (uint32_t k = 0; k < args->n_ps; k++)
		items[k] = state->n_present == 0
		                   ? NUL_VALUE
		                   : value_double(number_at(state, doubles_rank(args->ps[k],
		                                                                state->n_present)));
	*ret = percentile_value(args, p->ev, items);
	return 0;
}

const struct window_op window_ranks_op = {
	.state_size = sizeof(struct ranks_state),
	.start = ranks_start,
	.next = ranks_next,
};
