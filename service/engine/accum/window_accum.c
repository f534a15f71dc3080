/*
 * Accumulators over windows.
 *
 * A window that is the whole partition is added up once.  One without a lower bound only grows.
 * Any other slides, and there is no taking out again: what is in the window is two stacks.  The
 * documents since the middle have been added to one state, the back.  For each document before
 * the middle there is a state of everything from it to the middle, the front, so that a step
 * forward is the next of these.  The window's value is the front's state merged with the back's.
 * When the front is used up, the back is turned into a new one.  Each document is so added twice
 * and merged twice, however wide the window is, and no sum suffers from subtraction.
 */
#include <string.h>

#include "engine/accum/window.h"

struct window_stacks {
	struct window_frame frame; /* documents that are in the states */
	size_t middle;
	unsigned char *front; /* states of documents base … middle - 1 */
	size_t base;
	unsigned char *back;
	struct arena front_arena, back_arena; /* what the states point to */
};

static size_t state_size(const struct window_fn *f)
{
	return (f->accum->op->state_size + 15) & ~(size_t)15;
}

/* A state with nothing in it; what $firstN's n reads is an empty document. */
static int state_init(const struct window_fn *f, struct window_part *p, void *state)
{
	static const struct shape nothing = { .n = 0 };
	const struct accum_op *op = f->accum->op;

	memset(state, 0, state_size(f));
	if (op->init == NULL)
		return 0;
	eval_set_root(p->ev, object_from_shape(p->ev->arena, &nothing, NULL));
	return op->init(f->accum, p->ev, state);
}

static int state_add(const struct window_fn *f, struct window_part *p, void *state, size_t i)
{
	TRY(eval_tick(p->ev));
	window_bind(p, i);
	return accum_add(f->accum, p->ev, state);
}

static int state_add_to(const struct window_fn *f, struct window_part *p, struct arena *arena,
                        void *state, size_t i)
{
	struct arena *states = p->ev->states;

	p->ev->states = arena;
	int rc = state_add(f, p, state, i);
	p->ev->states = states;
	return rc;
}

/* ---- whole and growing ---- */

static int add_up(const struct window_fn *f, struct window_part *p, struct window_accum_state *state)
{
	struct arena *scratch = p->ev->arena;

	for (size_t i = 0; i < p->n; i++)
		TRY(state_add(f, p, state->total, i));
	/* The value is handed out for every document of the partition. */
	p->ev->arena = p->arena;
	int rc = f->accum->op->result(f->accum, p->ev, state->total, &state->whole);
	p->ev->arena = scratch;
	return rc;
}

static int grow(const struct window_fn *f, struct window_part *p, struct window_accum_state *state,
                struct value *ret)
{
	while (state->n_added < state->frame.end)
		TRY(state_add(f, p, state->total, state->n_added++));
	return f->accum->op->result(f->accum, p->ev, state->total, ret);
}

/* ---- sliding ---- */

static int stacks_reset(const struct window_fn *f, struct window_part *p, struct window_stacks *s,
                        size_t at)
{
	s->frame.first = s->frame.end = s->middle = at;
	arena_reset(&s->back_arena);
	return state_init(f, p, s->back);
}

/* The back becomes the front: from the middle backwards, each state is a document and the rest. */
static int stacks_turn(const struct window_fn *f, struct window_part *p, struct window_stacks *s)
{
	const struct accum_op *op = f->accum->op;
	size_t size = state_size(f);
	struct arena *states = p->ev->states;

	arena_reset(&s->front_arena);
	s->base = s->frame.first;
	s->middle = s->frame.end;
	s->front = arena_array(&s->front_arena, s->middle - s->base, size);
	if (s->front == NULL)
		return eval_check(p->ev);
	for (size_t i = s->middle; i-- > s->base;) {
		unsigned char *state = s->front + (i - s->base) * size;

		TRY(state_init(f, p, state));
		TRY(state_add_to(f, p, &s->front_arena, state, i));
		if (i + 1 == s->middle)
			continue;
		p->ev->states = &s->front_arena;
		int rc = op->merge(f->accum, p->ev, state, state + size);
		p->ev->states = states;
		TRY(rc);
	}
	arena_reset(&s->back_arena);
	return state_init(f, p, s->back);
}

static int stacks_move(const struct window_fn *f, struct window_part *p, struct window_stacks *s,
                       const struct window_frame *to)
{
	if (to->first >= s->frame.end)
		TRY(stacks_reset(f, p, s, to->first));
	while (s->frame.end < to->end)
		TRY(state_add_to(f, p, &s->back_arena, s->back, s->frame.end++));
	if (to->first > s->frame.first) {
		s->frame.first = to->first;
		if (s->frame.first >= s->middle)
			TRY(stacks_turn(f, p, s));
	}
	return 0;
}

static int stacks_result(const struct window_fn *f, struct window_part *p, struct window_stacks *s,
                         struct value *ret)
{
	const struct accum_op *op = f->accum->op;
	struct arena *states = p->ev->states;
	unsigned char *front, *sum;

	if (s->frame.first >= s->middle)
		return op->result(f->accum, p->ev, s->back, ret);
	front = s->front + (s->frame.first - s->base) * state_size(f);
	if (s->frame.end == s->middle)
		return op->result(f->accum, p->ev, front, ret);

	sum = arena_alloc(p->ev->arena, state_size(f));
	if (sum == NULL)
		return eval_check(p->ev);
	TRY(state_init(f, p, sum));
	p->ev->states = p->ev->arena;
	int rc = op->merge(f->accum, p->ev, sum, front);
	if (rc == 0)
		rc = op->merge(f->accum, p->ev, sum, s->back);
	if (rc == 0)
		rc = op->result(f->accum, p->ev, sum, ret);
	p->ev->states = states;
	return rc;
}

/* The states go on; a value that has left must not point into them. */
static int slide(const struct window_fn *f, struct window_part *p, struct window_accum_state *state,
                 struct value *ret)
{
	struct value v;

	TRY(stacks_move(f, p, state->stacks, &state->frame));
	TRY(stacks_result(f, p, state->stacks, &v));
	*ret = value_copy(p->ev->arena, v);
	return 0;
}

/* ---- the function ---- */

static void stacks_free(void *arg)
{
	struct window_stacks *s = arg;

	arena_deinit(&s->front_arena);
	arena_deinit(&s->back_arena);
}

static int slide_start(const struct window_fn *f, struct window_part *p,
                       struct window_accum_state *state)
{
	struct window_stacks *s = arena_zalloc(p->arena, 1, sizeof *s);

	if (s == NULL || !arena_on_free(p->arena, stacks_free, s))
		return eval_check(p->ev);
	arena_init(&s->front_arena, p->arena->budget);
	arena_init(&s->back_arena, p->arena->budget);
	s->front_arena.witness = s->back_arena.witness = p->ev->keep;
	s->back = arena_alloc(p->arena, state_size(f));
	if (s->back == NULL)
		return eval_check(p->ev);
	state->stacks = s;
	return stacks_reset(f, p, s, 0);
}

int window_accum_start(const struct window_fn *f, struct window_part *p, void *arg)
{
	struct window_accum_state *state = arg;

	if (f->bounds.has_lower)
		return slide_start(f, p, state);
	state->total = arena_alloc(p->arena, state_size(f));
	if (state->total == NULL)
		return eval_check(p->ev);
	TRY(state_init(f, p, state->total));
	return window_is_whole(&f->bounds) ? add_up(f, p, state) : 0;
}

int window_accum_next(const struct window_fn *f, struct window_part *p, void *arg, size_t i,
                      struct value *ret)
{
	struct window_accum_state *state = arg;

	if (window_is_whole(&f->bounds)) {
		*ret = state->whole;
		return 0;
	}
	TRY(window_frame_move(f, p, i, &state->frame));
	return f->bounds.has_lower ? slide(f, p, state, ret) : grow(f, p, state, ret);
}

const struct window_op window_accum_op = {
	.state_size = sizeof(struct window_accum_state),
	.start = window_accum_start,
	.next = window_accum_next,
};
