/*
 * Accumulators: $sum, $push and their like, in $group, $bucket and $setWindowFields.
 *
 * An accumulator is compiled once and has one state a group.  States are plain memory of
 * state_size bytes, all zeros at first (that is a valid empty state), which live in the arena
 * eval_states(ev) and may point into it; what they keep of a value they copy there (kept.h).
 * Every accumulator can merge a state into an earlier one, so that the parts of an input can be
 * grouped apart.
 */
#ifndef ENGINE_ACCUM_ACCUM_H
#define ENGINE_ACCUM_ACCUM_H

#include "engine/expr/expr.h"
#include "engine/needs.h"
#include "engine/sort_spec.h"

struct accum;
struct accum_op;
struct window_op;

enum accum_flag {
	ACCUM_WINDOW_ONLY = 1, /* $rank … : only in $setWindowFields */
	ACCUM_GROUP_ONLY = 2,
	ACCUM_EXPRESSION = 4, /* exists as an expression over its arguments too ($sum, $max …) */
	ACCUM_MERGE_ROUNDS = 8,  /* merged states may differ from one in the last bits */
	ACCUM_RESULT_OPENS = 16, /* result() looks into values, which may open them */
	/* merge() looks into no value and takes memory of ev alone: threads may each merge some */
	ACCUM_MERGE_APART = 32,
};

struct accum_op {
	const char *name;
	const char *doc;
	const char *usage;
	unsigned flags;
	size_t state_size;

	/* NULL: the argument is one expression, in accum->input.  Else reads spec itself. */
	int (*compile)(struct compiler *c, struct accum *a, struct value spec);

	/*
	 * Once a group, before the first add, with the group's key bound as the document; NULL
	 * when zeros will do.
	 */
	int (*init)(const struct accum *a, struct eval *ev, void *state);

	/* The input's value for one document (or missing), decoded or raw as takes_raw says. */
	int (*add)(const struct accum *a, struct eval *ev, void *state, struct value v);
	bool takes_raw;

	/* NULL: add() gets the input's value.  Else this evaluates what it needs of ev's document. */
	int (*add_document)(const struct accum *a, struct eval *ev, void *state);

	/* Everything of other comes after everything of state. */
	int (*merge)(const struct accum *a, struct eval *ev, void *state, const void *other);

	/*
	 * The result, as it is put into a document: may be raw, and missing where there is none.
	 * May be asked for several times; lives in ev->arena or eval_states(ev).
	 */
	int (*result)(const struct accum *a, struct eval *ev, void *state, struct value *ret);

	/* The row for an input that is the same int for every document; NULL: this one. */
	const struct accum_op *of_int;

	/* How it goes over the windows of $setWindowFields; NULL: window_accum_op (window.h). */
	const struct window_op *window;

	int option; /* for rows of a family */
};

struct accum {
	const struct accum_op *op;
	struct expr *input;
	struct expr *n; /* of $firstN and the like */
	const char *pointer;
	void *data;                   /* of ops with their own compile */
	struct expr *extra[2];        /* further expressions, so that needs and rules see them */
	const struct sort_spec *sort; /* of $top and the like */
};

/* Compile {$sum: …} (an object of exactly one member; reports 40234, 40238, 15952 …). */
int accum_compile(struct compiler *c, struct str field, struct value spec,
                  struct accum **ret) MUST_CHECK;

/* One document (bound as $$CURRENT in ev) into a state. */
int accum_add(const struct accum *a, struct eval *ev, void *state) MUST_CHECK;

/* Every field of the document that it reads. */
void accum_needs(const struct accum *a, struct needs *needs);

/* What an accumulator says when it cannot go on. */
int accum_fail(const struct accum *a, struct eval *ev, int mongo_code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

const struct accum_op *accum_op_find(struct str name);
void accum_op_each(void (*fn)(const struct accum_op *op, void *arg), void *arg);

#endif
