/*
 * Sort specifications: {price: -1, "a.b": 1}, shared by $sort, $top, $setWindowFields, $sortArray
 * and their like.
 *
 * To sort documents, take the keys of each once (sort_spec_keys()) and compare those.  Keys are
 * decoded values, one a path of the specification, with two substitutions that make comparison
 * plain: what is missing has the key null, for the two tie; an empty array has the key
 * VALUE_MISSING, for it sorts below null.
 *
 * A path that leads to, or through, arrays stands for all values that it finds there, and the
 * document sorts by the first of them in the direction of the sort: ascending by the smallest,
 * descending by the largest.  Several paths through one array go through its elements together;
 * paths through two different arrays are an error, as in MongoDB.
 */
#ifndef ENGINE_SORT_SPEC_H
#define ENGINE_SORT_SPEC_H

#include "engine/compile.h"
#include "engine/eval.h"
#include "engine/needs.h"

struct sort_key {
	const struct str *parts;
	uint32_t n_parts;
	uint32_t cache; /* of the first part, in struct eval.caches; the others follow */
	bool is_descending;
};

struct sort_spec {
	struct sort_key *keys;
	uint32_t n_keys; /* 1 or more */
};

/* Codes 15973 to 15976, and those of field paths; operator_name is that of who asks. */
int sort_spec_compile(struct compiler *c, const char *operator_name, struct value spec,
                      struct sort_spec **ret) MUST_CHECK;

/* The document's keys, n_keys of them.  They live in ev->arena and in the document. */
int sort_spec_keys(const struct sort_spec *spec, struct eval *ev, struct value doc,
                   struct value *ret_keys) MUST_CHECK;

/*
 * The keys of any value in the simple way of $sortArray: an array is a value like any other, and
 * only a number in a path leads into it.
 */
void sort_spec_plain_keys(const struct sort_spec *spec, struct eval *ev, struct value v,
                          struct value *ret_keys);

/* The order of two documents by their keys; scratch is for what has to be decoded. */
int sort_spec_cmp(const struct sort_spec *spec, struct arena *scratch, const struct value *x_keys,
                  const struct value *y_keys);

/* What it reads of a document. */
void sort_spec_needs(const struct sort_spec *spec, struct needs *needs);

#endif
