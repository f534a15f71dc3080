/* What comes of the pieces of a text, delivered in their order. */
#include <stdlib.h>

#include "engine/accum/kept.h"
#include "engine/run_split.h"

/* A piece that holds more than this waits for its turn, and is delivered as it grows. */
#define HELD_MAX ((size_t)4 << 20)

int pieces_init(struct split *s, size_t n_places)
{
	s->pieces = arena_zalloc(&s->run->keep, n_places, sizeof *s->pieces);
	if (s->pieces == NULL)
		return err_nomem(s->run->err, "places for pieces");
	s->n_places = n_places;
	for (size_t i = 0; i < n_places; i++) {
		arena_init(&s->pieces[i].arena, s->run->keep.budget);
		buf_init(&s->pieces[i].text, SIZE_MAX / 2);
	}
	return 0;
}

void pieces_deinit(struct split *s)
{
	for (size_t i = 0; i < s->n_places; i++) {
		arena_deinit(&s->pieces[i].arena);
		buf_deinit(&s->pieces[i].text);
	}
	s->n_places = 0;
}

static struct piece *place_of(struct split *s, size_t number)
{
	return &s->pieces[number % s->n_places];
}

struct piece *piece_take(struct split *s)
{
	struct piece *piece = NULL;

	pthread_mutex_lock(&s->lock);
	while (!split_is_over(s) && s->next < s->n_pieces && s->next >= s->delivered + s->n_places)
		pthread_cond_wait(&s->moved, &s->lock);
	if (!split_is_over(s) && s->next < s->n_pieces) {
		piece = place_of(s, s->next);
		piece->number = s->next++;
		piece->is_done = false;
		piece->writer = (struct run_writer){
			.out = &piece->text,
			.mode = s->run->input->write_mode,
			.is_ndjson = s->run->input->is_ndjson,
		};
	}
	pthread_mutex_unlock(&s->lock);
	return piece;
}

/* ---- delivering ---- */

static int deliver_text(struct split *s, struct piece *piece)
{
	const struct run_input *input = s->run->input;
	struct str text = { piece->text.data, piece->text.len };
	uint64_t n = piece->writer.n_written;

	if (n == 0)
		return 0;
	int rc = input->sink_text(input->sink_arg, text, n, s->run->err);
	s->run->is_sink_failed = rc != 0;
	TRY(rc);
	s->run->n_delivered += n;
	s->run->stats.documents_out += n;
	piece->writer.n_written = 0;
	buf_reset(&piece->text);
	return 0;
}

/* What is opened late lives with the documents, and when that fails the run has to know. */
static int deliver_docs(struct split *s, struct piece *piece)
{
	struct run *run = s->run;

	if (piece->n_docs == 0 || flow_is_done(s->flow))
		return 0;
	arena_reset(&run->batch);
	piece->arena.witness = &run->keep;
	int rc = flow_push(s->flow, piece->docs, piece->n_docs);
	piece->arena.witness = NULL;
	return rc;
}

static void piece_empty(struct piece *piece)
{
	piece->docs = NULL;
	piece->n_docs = piece->cap = 0;
	arena_reset(&piece->arena);
}

static int deliver(struct split *s, struct piece *piece)
{
	return s->mode == SPLIT_TEXT ? deliver_text(s, piece) : deliver_docs(s, piece);
}

/* By one thread at a time, who has the lock but while it delivers. */
static int deliver_alone(struct split *s, struct piece *piece)
{
	s->is_delivering = true;
	pthread_mutex_unlock(&s->lock);
	int rc = deliver(s, piece);
	pthread_mutex_lock(&s->lock);
	s->is_delivering = false;
	return rc;
}

void piece_put(struct split *s, struct piece *piece)
{
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	piece->is_done = true;
	while (rc == 0 && !s->is_delivering && !split_is_over(s) && s->delivered < s->n_pieces) {
		piece = place_of(s, s->delivered);
		if (!piece->is_done || piece->number != s->delivered)
			break;
		rc = deliver_alone(s, piece);
		if (rc != 0)
			break;
		piece_empty(piece);
		piece->is_done = false;
		s->delivered++;
		pthread_cond_broadcast(&s->moved);
	}
	if (rc != 0)
		split_fail_locked(s, rc, s->run->err);
	pthread_mutex_unlock(&s->lock);
}

/* A piece that is still growing: wait until it is next, and deliver what there is. */
static int deliver_early(struct part *part)
{
	struct split *s = part->split;
	int rc = 0;

	pthread_mutex_lock(&s->lock);
	while (!split_is_over(s) && (s->delivered != part->piece->number || s->is_delivering))
		pthread_cond_wait(&s->moved, &s->lock);
	if (split_is_over(s))
		rc = err_set(&part->err, ERR_CANCELLED, "another thread has failed");
	else
		rc = deliver_alone(s, part->piece);
	if (rc != 0 && !split_is_over(s))
		part->err = *s->run->err;
	pthread_mutex_unlock(&s->lock);
	return rc;
}

/* ---- taking in ---- */

int piece_add_text(void *arg, struct value *docs, size_t n_docs)
{
	struct part *part = arg;
	struct piece *piece = part->piece;

	TRY(run_write(&piece->writer, part->ev.arena, docs, n_docs, &part->err));
	return piece->text.len > HELD_MAX ? deliver_early(part) : 0;
}

int piece_add_docs(void *arg, struct value *docs, size_t n_docs)
{
	struct part *part = arg;
	struct piece *piece = part->piece;
	bool copies = part->split->copies_docs;

	for (size_t i = 0; i < n_docs; i++) {
		piece->docs = arena_extend(&piece->arena, piece->docs, piece->n_docs, &piece->cap,
		                           sizeof *piece->docs);
		if (piece->docs == NULL)
			return err_nomem(&part->err, "the documents of a piece");
		piece->docs[piece->n_docs++] = copies ? kept_document(&piece->arena, docs[i])
		                                      : docs[i];
	}
	if (arena_failed(&piece->arena))
		return err_nomem(&part->err, "the documents of a piece");
	if (!copies || piece->arena.n_bytes < HELD_MAX)
		return 0;
	TRY(deliver_early(part));
	piece_empty(piece);
	return 0;
}
