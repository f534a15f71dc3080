/*
 * A run in several threads: one large text, read in pieces.
 *
 * The pipeline is cut in two: in front the stages that look at one document at a time, behind
 * them the rest.  The front runs in all threads at once, each with a part: an eval, arenas, a
 * reader and nodes of its own over the plan, which nobody changes.  What is behind the front
 * decides how:
 *
 *   SPLIT_TEXT   nothing: a thread writes what comes of a piece, and the texts are delivered in
 *                the order of the pieces;
 *   SPLIT_DOCS   something that wants all documents in order: they are delivered to it, in the
 *                order of the pieces, by one thread at a time;
 *   SPLIT_MERGE  a stage that can merge: it belongs to the front, each part takes in pieces that
 *                are neighbours, and in the end the parts become one, in order.
 *
 * Answers are those of one thread, byte by byte.  Errors too: when anything fails but time or the
 * caller's patience, the run begins anew in one thread, which finds the same fault or another one
 * before it, and says so; what the sink has had by then it is not given again.  That also serves
 * the piece of an array that was cut at a wrong place (split.h), sums that rounding made depend on
 * their order, and memory that was enough for one thread alone.
 */
#ifndef ENGINE_RUN_SPLIT_H
#define ENGINE_RUN_SPLIT_H

#include <pthread.h>

#include "doc/split.h"
#include "engine/run.h"

enum split_mode { SPLIT_TEXT, SPLIT_DOCS, SPLIT_MERGE };

/* What one thread works with; there may be several of a thread, one after the other. */
struct part {
	struct split *split;
	struct part *next; /* SPLIT_MERGE: in the order of the text */
	struct budget budget;
	struct arena keep, batch;
	struct err err;
	struct eval ev;
	struct flow *flow;
	struct reader *reader; /* NULL until the first piece */
	struct value *docs;    /* room for one batch */
	struct piece *piece;   /* where its documents go (not SPLIT_MERGE) */
	size_t at, end;        /* pieces that are left to it (SPLIT_MERGE) */
	bool is_caller;        /* of the thread that called run_transform() */
};

/* A place for what comes of a piece, until it is delivered. */
struct piece {
	size_t number;
	bool is_done;       /* waits to be delivered */
	struct arena arena; /* of its documents, and of what they were made of */
	struct value *docs; /* SPLIT_DOCS */
	size_t n_docs, cap;
	struct buf text; /* SPLIT_TEXT */
	struct run_writer writer;
};

struct split {
	struct run *run;
	enum split_mode mode;
	struct pipeline front, rest;
	struct flow *flow; /* of the rest; NULL in SPLIT_TEXT */
	bool copies_docs;  /* what the front emits does not last */
	struct str text;
	size_t piece_size, n_pieces;
	pthread_t caller;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t moved; /* something was delivered, or it is over */
	int rc;               /* the first failure */
	struct err err;
	uint64_t n_documents;
	struct part *parts;
	struct part *emitting; /* the next one that a thread may use to merge and to write */
	size_t n_shares;       /* of a merge in several threads; 0: it was one thread's */
	size_t next_share, n_merged;
	bool is_emitted;  /* what is held is written in several threads too */
	size_t emit_size; /* documents in a piece of what is held */
	size_t next;      /* piece to be taken */
	size_t delivered; /* so many of the first pieces */
	bool is_delivering;
	struct piece *pieces; /* a ring of n_places; NULL in SPLIT_MERGE */
	size_t n_places;

	int is_over; /* read without the lock, atomically */
};

/*
 * Run in several threads, if that is possible and worth it; *ret_is_done says whether it was.
 * When not, nothing has happened, but that run->n_repeated documents have been delivered.
 */
int run_split(struct run *run, struct arena *a, bool *ret_is_done) MUST_CHECK;

/* ---- between run_split.c, run_part.c and run_piece.c ---- */

/* Remember a failure, and let everybody stop. */
void split_fail(struct split *s, int rc, const struct err *err);
void split_fail_locked(struct split *s, int rc, const struct err *err);
bool split_is_over(struct split *s);

int part_init(struct part *part, struct split *s) MUST_CHECK;
void part_deinit(struct part *part);

/* Read a piece and push its documents through the front. */
int part_run(struct part *part, size_t number) MUST_CHECK;

/* What first and the parts behind it keep from now on fails where the run looks. */
void split_watch_parts(struct split *s);

/*
 * SPLIT_MERGE: may the parts become one in all threads?  They do in split_emit(), then, where all
 * also write what the first part holds in the end if stage and sink allow that; *ret_is_done says
 * whether they did.
 */
int split_join(struct split *s, bool *ret_is_joined) MUST_CHECK;
int split_emit(struct split *s, struct team *team, bool *ret_is_done) MUST_CHECK;

/* Places for pieces. */
int pieces_init(struct split *s, size_t n_places) MUST_CHECK;
void pieces_deinit(struct split *s);

/* The next piece and a place for it: NULL when there is none left, or it is over. */
struct piece *piece_take(struct split *s);

/* It is done; whoever can delivers what is next. */
void piece_put(struct split *s, struct piece *piece);

/* flow_sink_fn of a struct part: into its piece. */
int piece_add_docs(void *part, struct value *docs, size_t n_docs);
int piece_add_text(void *part, struct value *docs, size_t n_docs);

#endif
