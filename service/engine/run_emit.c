/* What a stage holds in the end, made and written in several threads. */
#include "engine/run_split.h"

#define HELD_MIN ((size_t)8192) /* documents: fewer are written in a millisecond */
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

static int write_piece(struct part *part, const struct node *held)
{
	const struct split *s = part->split;
	size_t first = part->piece->number * s->emit_size;
	size_t n = MIN(s->emit_size, held->stage->ops->n_held(held) - first);

	arena_reset(&part->batch);
	TRY(eval_tick_n(&part->ev, n));
	TRY(held->stage->ops->make(held, &part->ev, first, part->docs, n));
	TRY(run_write(&part->piece->writer, &part->batch, part->docs, n, &part->err));
	return eval_check(&part->ev);
}

/* Each thread makes documents in a part that is of no more use but for its memory. */
static void emit(void *arg)
{
	struct split *s = arg;
	struct part *part = part_borrow(s);
	int rc = 0;

	if (part == NULL)
		return;
	part->ev.arena = &part->batch;
	part->ev.document = -1;
	part->is_caller = pthread_equal(pthread_self(), s->caller);
	while (rc == 0 && (part->piece = piece_take(s)) != NULL) {
		rc = write_piece(part, flow_last(s->parts->flow));
		if (rc == 0)
			piece_put(s, part->piece);
	}
	if (rc != 0)
		split_fail(s, rc, &part->err);
}

/* May what the node holds be written in several threads, and is it enough? */
static bool is_worth_emitting(const struct split *s, const struct node *held)
{
	const struct run_input *input = s->run->input;
	const struct stage_ops *ops = held->stage->ops;
	size_t n_min = input->piece_size != 0 ? 2 : HELD_MIN;

	return s->rest.n_stages == 0 && input->sink_text != NULL &&
	       input->write_mode == WRITE_PLAIN && ops->make != NULL && ops->n_held(held) >= n_min;
}

int split_emit(struct split *s, struct team *team, bool *ret_is_done)
{
	struct node *held = flow_last(s->parts->flow);
	unsigned n_parts = 0;

	*ret_is_done = false;
	if (!is_worth_emitting(s, held))
		return 0;
	for (struct part *p = s->parts; p != NULL; p = p->next) {
		p->keep.witness = p->batch.witness = NULL; /* each thread looks at its own */
		p->ev.err = &p->err;
		n_parts++;
	}
	s->mode = SPLIT_TEXT;
	s->emitting = s->parts;
	s->emit_size = s->run->input->piece_size != 0 ? 1 : EMIT_SIZE;
	s->next = s->delivered = 0;
	s->n_pieces = (held->stage->ops->n_held(held) + s->emit_size - 1) / s->emit_size;
	TRY(pieces_init(s, (size_t)n_parts * 2 + 1));
	team->run(team, MIN(team->n_max, n_parts), emit, s);
	held->documents_out += held->stage->ops->n_held(held);
	*ret_is_done = s->rc == 0;
	if (s->rc != 0)
		*s->run->err = s->err;
	return s->rc;
}
