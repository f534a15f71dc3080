/* A run in several threads: who does what, and how it ends. */
#include "engine/run_split.h"

#include <stdlib.h>

/*
 * Less text than this is not worth a thread: making one, and what it works with, takes as long as
 * reading some hundred kilobytes.
 */
#define TEXT_MIN ((size_t)2 << 20)
#define PIECE_SIZE ((size_t)128 << 10)
#define STEAL_MIN 6 /* pieces: half of fewer is not worth a part */

bool split_is_over(struct split *s)
{
	return __atomic_load_n(&s->is_over, __ATOMIC_RELAXED) != 0;
}

/* Out of time, and nobody there to wait: one thread would not come further. */
static bool is_final(const struct split *s, int rc)
{
	return rc == ERR_TIME || rc == ERR_CANCELLED || s->run->is_sink_failed;
}

void split_fail_locked(struct split *s, int rc, const struct err *err)
{
	if (s->rc == 0) {
		s->rc = rc;
		s->err = *err;
	}
	__atomic_store_n(&s->is_over, 1, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&s->moved);
}

void split_fail(struct split *s, int rc, const struct err *err)
{
	pthread_mutex_lock(&s->lock);
	split_fail_locked(s, rc, err);
	pthread_mutex_unlock(&s->lock);
}

/* It stays to the end of the run: what it learned of shapes is needed as long as its documents. */
static struct part *part_new(struct split *s)
{
	struct part *part = calloc(1, sizeof *part);

	if (part == NULL || part_init(part, s) != 0) {
		struct err err = ERR_INIT;

		if (part != NULL)
			part_deinit(part);
		free(part);
		split_fail(s, err_nomem(&err, "the state of a thread"), &err);
		return NULL;
	}
	return part;
}

/* ---- pieces that are delivered ---- */

static void work_in_turn(struct split *s)
{
	struct part *part = part_new(s);
	int rc = 0;

	if (part == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	part->next = s->parts;
	s->parts = part;
	pthread_mutex_unlock(&s->lock);
	while (rc == 0 && (part->piece = piece_take(s)) != NULL) {
		rc = part_run(part, part->piece->number);
		if (rc == 0)
			piece_put(s, part->piece);
	}
	if (rc != 0)
		split_fail(s, rc, &part->err);
}

/* ---- parts that become one ---- */

static struct part *longest(struct split *s)
{
	struct part *found = NULL;

	for (struct part *p = s->parts; p != NULL; p = p->next)
		if (found == NULL || p->end - p->at > found->end - found->at)
			found = p;
	return found;
}

/* All pieces for the first part, and half of what another has left for those that come later. */
static bool part_join(struct split *s, struct part *part)
{
	struct part *other;

	pthread_mutex_lock(&s->lock);
	other = longest(s);
	bool has_room = other == NULL || other->end - other->at >= STEAL_MIN;
	if (other == NULL) {
		part->end = s->n_pieces;
		s->parts = part;
	} else if (has_room) {
		part->end = other->end;
		part->at = other->end -= (other->end - other->at) / 2;
		part->next = other->next;
		other->next = part;
	}
	pthread_mutex_unlock(&s->lock);
	return has_room;
}

static bool is_worth_joining(struct split *s)
{
	pthread_mutex_lock(&s->lock);
	const struct part *other = longest(s);
	bool is_worth = other == NULL || other->end - other->at >= STEAL_MIN;
	pthread_mutex_unlock(&s->lock);
	return is_worth && !split_is_over(s);
}

static bool part_take(struct split *s, struct part *part, size_t *ret)
{
	pthread_mutex_lock(&s->lock);
	bool has_more = part->at < part->end && !split_is_over(s);
	if (has_more)
		*ret = part->at++;
	pthread_mutex_unlock(&s->lock);
	return has_more;
}

static void part_work(struct split *s, struct part *part)
{
	size_t number;
	int rc = 0;

	while (rc == 0 && part_take(s, part, &number))
		rc = part_run(part, number);
	if (rc == 0 && !split_is_over(s))
		rc = flow_seal(part->flow);
	if (rc != 0)
		split_fail(s, rc, &part->err);
}

static void work_in_parts(struct split *s)
{
	while (is_worth_joining(s)) {
		struct part *part = part_new(s);

		if (part == NULL)
			return;
		if (!part_join(s, part)) {
			part_deinit(part);
			free(part);
			return;
		}
		part_work(s, part);
	}
}

void split_watch_parts(struct split *s)
{
	struct part *first = s->parts;

	first->keep.witness = first->batch.witness = &s->run->keep;
	first->ev.err = s->run->err;
	for (struct part *p = first->next; p != NULL; p = p->next)
		p->keep.witness = &first->keep;
}

/* In order, into the first. */
static int merge_parts(struct split *s)
{
	struct run *run = s->run;
	struct part *first = s->parts;

	for (struct part *p = first->next; p != NULL; p = p->next) {
		arena_reset(&first->batch);
		TRY(flow_merge(first->flow, p->flow));
	}
	if (first->ev.is_order_seen)
		return err_set(run->err, ERR_INTERNAL, "a sum that depends on the order");
	return eval_check(&run->ev);
}

static int finish_first(struct split *s, struct team *team)
{
	struct part *first = s->parts;
	bool is_done, is_joined;

	split_watch_parts(s);
	TRY(split_join(s, &is_joined));
	if (!is_joined)
		TRY(merge_parts(s));
	TRY(split_emit(s, team, &is_done));
	if (is_done)
		return 0;
	arena_reset(&first->batch);
	first->ev.arena = &first->batch;
	flow_own_scratch(first->flow);
	TRY(flow_finish(first->flow));
	return eval_check(&s->run->ev);
}

static void parts_deinit(struct split *s)
{
	while (s->parts != NULL) {
		struct part *part = s->parts;

		s->parts = part->next;
		part_deinit(part);
		free(part);
	}
}

/* ---- all of it ---- */

static void work(void *arg)
{
	struct split *s = arg;

	if (s->mode == SPLIT_MERGE)
		work_in_parts(s);
	else
		work_in_turn(s);
}

static int finish(struct split *s, struct team *team)
{
	struct run *run = s->run;

	if (s->mode == SPLIT_MERGE)
		TRY(finish_first(s, team));
	if (s->flow == NULL)
		return 0;
	arena_reset(&run->batch);
	flow_own_scratch(s->flow);
	return flow_finish(s->flow);
}

static void split_deinit(struct split *s)
{
	flow_destroy(s->flow);
	parts_deinit(s);
	pieces_deinit(s);
	pthread_cond_destroy(&s->moved);
	pthread_mutex_destroy(&s->lock);
}

static bool front_is_short(const struct split *s)
{
	for (size_t i = 0; i < s->front.n_stages; i++)
		if (s->front.stages[i]->ops->emits_short)
			return true;
	return false;
}

/* Places enough that a thread which is slow for once does not hold up the others. */
static int split_init(struct split *s, unsigned n_threads)
{
	struct run *run = s->run;
	const struct plan *plan = run->input->plan;
	size_t n_front = plan->n_apart + plan->merges;

	s->front = (struct pipeline){ plan->pipeline.stages, n_front };
	s->rest = (struct pipeline){ plan->pipeline.stages + n_front,
		                     plan->pipeline.n_stages - n_front };
	s->mode = plan->merges                                             ? SPLIT_MERGE
	          : s->rest.n_stages == 0 && run->input->sink_text != NULL ? SPLIT_TEXT
	                                                                   : SPLIT_DOCS;
	s->copies_docs = front_is_short(s);
	s->caller = pthread_self();
	if (s->mode != SPLIT_MERGE)
		TRY(pieces_init(s, (size_t)n_threads * 2 + 1));
	if (s->mode == SPLIT_TEXT)
		return 0;
	return flow_create(&run->ev, &run->keep, &s->rest, run->input->is_explained, run_sink, run,
	                   &s->flow);
}

/* The first failure, whatever it was; else how the run ended. */
static int split_run(struct split *s, struct team *team)
{
	struct run *run = s->run;
	int rc = split_init(s, team->n_max);

	if (rc != 0)
		return rc;
	team->run(team, (unsigned)MIN(team->n_max, s->n_pieces), work, s);
	run->stats.documents_in = s->n_documents;
	if (s->rc != 0) {
		*run->err = s->err;
		return s->rc;
	}
	rc = finish(s, team);
	for (const struct part *p = s->parts; p != NULL; p = p->next)
		run_stats_add(run, 0, &s->front, p->flow);
	run_stats_add(run, s->front.n_stages, &s->rest, s->flow);
	return rc;
}

/* Is there a team, and something for it to do? */
static bool is_worth_splitting(const struct run_input *input, size_t n_pieces)
{
	size_t text_min = input->piece_size != 0 ? 0 : TEXT_MIN;

	return input->team != NULL && input->source == NULL && input->team->n_max > 1 &&
	       input->plan->is_splittable && n_pieces > 1 && input->documents.len >= text_min;
}

int run_split(struct run *run, struct arena *a, bool *ret_is_done)
{
	const struct run_input *input = run->input;
	size_t piece_size = input->piece_size != 0 ? input->piece_size : PIECE_SIZE;
	struct split s = {
		.run = run,
		.text = { input->documents.text, input->documents.len },
		.piece_size = piece_size,
		.n_pieces = input->documents.len / piece_size + 1,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.moved = PTHREAD_COND_INITIALIZER,
	};

	*ret_is_done = false;
	if (!is_worth_splitting(input, s.n_pieces))
		return 0;
	TRY(run_prepare(run));
	TRY(run_stats_init(run, a));
	int rc = split_run(&s, input->team);
	bool is_final_rc = rc == 0 || is_final(&s, rc);
	split_deinit(&s);
	*ret_is_done = is_final_rc;
	return is_final_rc ? rc : 0;
}
