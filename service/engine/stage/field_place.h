/*
 * A place in documents, "a.b.c", where a stage puts a value: plain nesting, no look into arrays
 * (PIPELINE 2.4).  $unwind, $lookup, $graphLookup and the like.
 *
 * A place is found once in a document and may then be filled several times, each time giving a
 * new document that shares everything else with the old one.
 */
#ifndef ENGINE_STAGE_FIELD_PLACE_H
#define ENGINE_STAGE_FIELD_PLACE_H

#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/needs.h"

struct field_place {
	const struct str *parts;
	uint32_t n_parts;
};

/* One level: the object that the parts before lead to (NULL: none), and the part's field in it. */
struct field_level {
	struct object *object;
	int32_t i; /* -1: it has no such field */
};

/* The state of a node: where the place is in the document looked at now. */
struct field_finder {
	const struct field_place *place;
	struct field_level *levels; /* one a part */
	const struct shape *from,
		*to; /* of documents before and after one field more: both lasting */
	int32_t i;   /* of the first part in from */
};

/* "a.b.c" without a dollar sign. */
int field_place_compile(struct compiler *c, struct str path, struct field_place *ret) MUST_CHECK;

int field_finder_init(struct field_finder *f, const struct field_place *place,
                      struct eval *ev) MUST_CHECK;

/*
 * Find the place in doc; *ret is what stands there, decoded, or missing.  What is opened on the
 * way lives in a, and must do so as long as the place is filled.
 */
int field_find(struct field_finder *f, struct eval *ev, struct arena *a, struct value doc,
               struct value *ret) MUST_CHECK;

/*
 * The document with v in the place found, made in ev->arena.  What is no object on the way becomes
 * one; a missing v takes the field away.
 */
struct value field_put(struct field_finder *f, struct eval *ev, struct value v);

#endif
