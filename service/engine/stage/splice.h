/*
 * Splices: documents that leave as they came, with a few fields more at their end.
 *
 * A stage that adds fields needs not take a document apart when nobody behind it does: of the
 * document's fields only those are kept that are read on the way, and what leaves is its text and
 * the new fields (object_splice()).  A document that is written with white space, has a key twice
 * or a field of such a name already, is none for this: splice_take() says so.
 *
 * The spec is found by a rule (rules/splice.c) and read-only; a splice is the state of one run.
 */
#ifndef ENGINE_STAGE_SPLICE_H
#define ENGINE_STAGE_SPLICE_H

#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/needs.h"

#define SPLICE_RECIPES 16 /* shapes of documents that are known at once; others are none for it */

struct splice_spec {
	const struct str *names; /* of fields that are read, and then of those added */
	uint32_t n_reads, n_adds;
};

/* For documents of one shape. */
struct splice_recipe {
	const struct shape *from;  /* as they come */
	const struct shape *taken; /* with the fields that are read; NULL: none for it */
	const struct shape *to;    /* with those added as well */
	const int32_t *places;     /* of the fields that are read, in from */
	size_t keys_len;           /* of all that is written besides the values */
};

struct splice {
	const struct splice_spec *spec;
	struct splice_recipe recipes[SPLICE_RECIPES];
	uint32_t n_recipes, last; /* the one found last */
};

/* NULL after reporting lack of memory; reads is no `all`. */
struct splice_spec *splice_spec_create(struct compiler *c, const struct needs *reads,
                                       const struct str *adds, uint32_t n_adds);

/*
 * The document with the fields alone that are read (a partial object in ev->arena), to which
 * fields can be added; or the document itself when it is none for this.
 */
struct value splice_take(struct splice *s, struct eval *ev, struct value doc);

/*
 * The document with values for the fields to add: made in ev->arena, and of a copy too.  false
 * when it was not taken, or one of the values is missing: then it has to be done otherwise.
 */
bool splice_add(const struct splice *s, struct eval *ev, struct value doc,
                const struct value *values, struct value *ret);

#endif
