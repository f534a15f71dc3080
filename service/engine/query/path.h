/*
 * Paths of queries: which values "a.b.0" means in a document (PIPELINE 2.4).
 *
 * At an array a path goes on in every item that is an object, and, when its next part is a
 * number, in the item of that index.  Items that are scalars lead nowhere and are not "missing".
 * An array at the end of a path stands for its items and for itself.
 *
 * $match asks of each value whether it fits and stops at the first that does; $lookup and
 * $graphLookup collect the values that they join by.
 */
#ifndef ENGINE_QUERY_PATH_H
#define ENGINE_QUERY_PATH_H

#include "engine/compile.h"
#include "engine/eval.h"

struct query_path {
	const struct str *parts;
	const int64_t *indexes; /* of each part as an index, or -1 */
	uint32_t n_parts;
	uint32_t cache; /* of the first part, in struct eval.caches; the others follow */
};

/* As it was written; "" for NULL, the path of an item in {$elemMatch: {$gt: …}}. */
struct str query_path_text(const struct query_path *path);

/* What an array at the end of a path stands for. */
enum path_reach {
	PATH_ITEMS_AND_ARRAY,
	PATH_ARRAY,
	PATH_ITEMS,
};

/* Called for each value (missing too); setting *ret_done ends the walk. */
typedef int query_path_fn(void *arg, struct value v, bool *ret_done);

/* "a.b.c" split at the points; empty parts are names like any other.  NULL after reporting. */
const struct query_path *query_path_create(struct compiler *c, struct str path);

/*
 * Walk all values of the path in doc: an object, or an array that is looked at like an object
 * whose keys are its indexes (items of arrays, in $elemMatch).  *ret_done says how it ended.
 */
int query_path_walk(const struct query_path *path, struct eval *ev, struct value doc,
                    enum path_reach reach, query_path_fn *fn, void *arg, bool *ret_done) MUST_CHECK;

/*
 * The value that a path ends at when nothing but objects is on its way: as it stands there (raw,
 * if nobody looked at it), or missing.  false when something else is, or when doc is no object.
 */
bool query_path_plain(const struct query_path *path, struct eval *ev, struct value doc,
                      struct value *ret);

#endif
