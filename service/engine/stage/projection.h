/*
 * Projections: a tree of fields to keep, to leave out or to compute, and documents made by it.
 *
 * $project, $addFields, $set and $unset are this with three modes.  Keeping goes first and
 * computing second, as in the server: what is computed inside a field that is kept finds the
 * field already cut down.  Each object is made by a recipe, which says for every field of the
 * result where it comes from; the recipe depends on the object's shape alone, so records that
 * share a shape share it.
 */
#ifndef ENGINE_STAGE_PROJECTION_H
#define ENGINE_STAGE_PROJECTION_H

#include "engine/expr/expr.h"
#include "engine/needs.h"

enum projection_mode {
	PROJECTION_UNDECIDED,
	PROJECTION_INCLUDE,
	PROJECTION_EXCLUDE,
	PROJECTION_ADD,
};

/* A field of the tree: a leaf that is kept or left out, a leaf that is computed, or fields below. */
struct projection_field {
	struct str name;
	struct expr *expr;            /* computed, or NULL */
	struct projection_node *node; /* fields below, or NULL */
};

struct projection_node {
	struct projection_field *fields;
	size_t n_fields, cap;
	const struct shape *names; /* of fields, in order: for look-up */
	bool has_computed;         /* here or below */
};

struct projection {
	enum projection_mode mode;
	struct projection_node root;
	bool is_id_dropped; /* "_id": 0 in an inclusion */
	int conflict_code;  /* of two computed paths, one in the other; 0: 40176 */
};

/* ---- compiling ---- */

/* Put a leaf at a dotted path; e is NULL for one that is kept or left out. */
int projection_put(struct compiler *c, struct projection *p, struct str path,
                   struct expr *e) MUST_CHECK;

/* After the last put. */
int projection_seal(struct compiler *c, struct projection *p) MUST_CHECK;

/* Can making a document fail for another reason than memory? */
bool projection_is_safe(const struct projection *p);

/* Do documents come out with the top-level fields named just as they were? */
bool projection_spares(const struct projection *p, const struct needs *fields);

/* Give up computing top-level fields that are not in later and cannot fail; true if there were. */
bool projection_drop_unused(struct compiler *c, struct projection *p, const struct needs *later);

void projection_needs(const struct projection *p, struct needs *needs);

/* ---- running ---- */

struct recipe_step {
	int32_t from;                         /* field of the input, or -1 */
	const struct projection_field *field; /* what to do with it; NULL: copy */
};

struct recipe {
	enum projection_mode mode;
	const struct projection_node *node;
	const struct shape *from, *to;
	struct recipe_step *steps; /* to->n of them */
};

/* Recipes for shapes that last, of the root and of what is below it: open addressing. */
struct projection_state {
	const struct recipe *last; /* of the root */
	const struct recipe **slots;
	size_t n_slots, n;
};

/* The document that comes of doc (bound in ev for what is computed). */
int projection_apply(const struct projection *p, struct projection_state *state, struct eval *ev,
                     struct value doc, struct value *ret) MUST_CHECK;

#endif
