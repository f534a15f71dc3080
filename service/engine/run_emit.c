/* What the parts hold in the end: merged, made into documents and written in several threads. */
#include "engine/run_split.h"

#define HELD_MIN ((size_t)8192) /* things: fewer are merged or written in a millisecond */
#define EMIT_SIZE ((size_t)512)

static struct part *part_borrow(struct split *s)
{
	pthread_mutex_lock(&s->lock);
	struct part *part = s->emitting;

	if (part != NULL)
		s->emitting = part->next;
	pthread_mutex_unlock(&s->lock);
	return part;
}

static size_t held_min(const struct split *s)
{
	return s->run->input->piece_size != 0 ? 2 : HELD_MIN;
}

/* ---- merging ---- */

static int merge_share(struct part *part, size_t share)
{
	const struct node *held = flow_last(part->split->parts->flow);

	arena_reset(&part->batch);
	TRY(held->stage->ops->merge_share(held, &part->ev, share));
	if (part->ev.is_order_seen)
		return err_set(&part->err, ERR_INTERNAL, "a sum that depends on the order");
	return eval_check(&part->ev);
}

/*
 * Shares as long as there are some, and then the others' last ones are waited for: whoever took
 * one is at work on it.
 */
static void merge_shares(struct part *part)
{
	struct split *s = part->split;

	pthread_mutex_lock(&s->lock);
	while (s->next_share < s->n_shares && !split_is_over(s)) {
		size_t share = s->next_share++;

		pthread_mutex_unlock(&s->lock);
		int rc = merge_share(part, share);
		pthread_mutex_lock(&s->lock);
		if (rc != 0)
			split_fail_locked(s, rc, &part->err);
		if (++s->n_merged == s->n_shares)
			pthread_cond_broadcast(&s->moved);
	}
	while (s->n_merged < s->n_shares && !split_is_over(s))
		pthread_cond_wait(&s->moved, &s->lock);
	pthread_mutex_unlock(&s->lock);
}

static bool may_share(const struct split *s)
{
	const struct stage_ops *ops = flow_last(s->parts->flow)->stage->ops;
	size_t n_held = 0;

	if (ops->merges_apart == NULL)
		return false;
	for (const struct part *p = s->parts; p != NULL; p = p->next) {
		if (!ops->merges_apart(flow_last(p->flow)))
			return false;
		n_held += ops->n_held(flow_last(p->flow));
	}
	return n_held >= held_min(s);
}

int split_join(struct split *s, bool *ret_is_joined)
{
	struct part *first = s->parts;
	size_t n = 0;

	*ret_is_joined = false;
	if (!may_share(s))
		return 0;
	for (const struct part *p = first->next; p != NULL; p = p->next)
		n++;
	struct flow **others = arena_array(&first->keep, n, sizeof *others);
	if (others == NULL)
		return err_nomem(s->run->err, "the parts of a run");
	n = 0;
	for (const struct part *p = first->next; p != NULL; p = p->next)
		others[n++] = p->flow;
	TRY(flow_join(first->flow, others, n));
	s->n_shares = n > 0 ? STAGE_SHARES : 0;
	*ret_is_joined = true;
	return 0;
}

/* ---- writing ---- */

static int write_piece(struct part *part, const struct node *held)
{
	const struct split *s = part->split;
	size_t first = part->piece->number * s->emit_size;
	size_t n = MIN(s->emit_size, held->stage->ops->n_held(held) - first);

	arena_reset(&part->batch);
	TRY(eval_tick_n(&part->ev, n));
	TRY(held->stage->ops->make(held, &part->ev, first, part->docs, n, &n));
	TRY(run_write(&part->piece->writer, &part->batch, part->docs, n, &part->err));
	return eval_check(&part->ev);
}

static void write_pieces(struct part *part)
{
	struct split *s = part->split;
	int rc = 0;

	while (rc == 0 && (part->piece = piece_take(s)) != NULL) {
		rc = write_piece(part, flow_last(s->parts->flow));
		if (rc == 0)
			piece_put(s, part->piece);
	}
	if (rc != 0)
		split_fail(s, rc, &part->err);
}

/* Each thread works in a part that is of no more use but for its memory and what it holds. */
static void emit(void *arg)
{
	struct split *s = arg;
	struct part *part = part_borrow(s);

	if (part == NULL)
		return;
	part->ev.arena = &part->batch;
	part->ev.document = -1;
	part->is_caller = pthread_equal(pthread_self(), s->caller);
	merge_shares(part);
	if (s->is_emitted)
		write_pieces(part);
}

/* May what the node holds be written in several threads, and is it enough? */
static bool is_worth_emitting(const struct split *s, const struct node *held)
{
	const struct run_input *input = s->run->input;
	const struct stage_ops *ops = held->stage->ops;

	return s->rest.n_stages == 0 && input->sink_text != NULL &&
	       input->write_mode == WRITE_PLAIN && ops->make != NULL &&
	       ops->n_held(held) >= held_min(s);
}

/* What is held gets pieces as the text did. */
static int prepare_pieces(struct split *s, size_t n_held, unsigned n_parts)
{
	s->mode = SPLIT_TEXT;
	s->emit_size = s->run->input->piece_size != 0 ? 1 : EMIT_SIZE;
	s->next = s->delivered = 0;
	s->n_pieces = (n_held + s->emit_size - 1) / s->emit_size;
	return pieces_init(s, (size_t)n_parts * 2 + 1);
}

int split_emit(struct split *s, struct team *team, bool *ret_is_done)
{
	struct node *held = flow_last(s->parts->flow);
	uint64_t n_before = s->run->stats.documents_out;
	unsigned n_parts = 0;

	*ret_is_done = false;
	s->is_emitted = is_worth_emitting(s, held);
	if (!s->is_emitted && s->n_shares == 0)
		return 0;
	for (struct part *p = s->parts; p != NULL; p = p->next) {
		p->keep.witness = p->batch.witness = NULL; /* each thread looks at its own */
		p->ev.err = &p->err;
		n_parts++;
	}
	s->emitting = s->parts;
	if (s->is_emitted)
		TRY(prepare_pieces(s, held->stage->ops->n_held(held), n_parts));
	team->run(team, MIN(team->n_max, n_parts), emit, s);
	split_watch_parts(s);
	if (s->rc != 0) {
		*s->run->err = s->err;
		return s->rc;
	}
	held->documents_out += s->is_emitted ? s->run->stats.documents_out - n_before : 0;
	*ret_is_done = s->is_emitted;
	return 0;
}
