/*
 * Kept set: different values in the order in which they came, kept as kept.h says.
 *
 * All zeros is the empty set.  A few values are found by a scan, more by their hash.
 */
#ifndef ENGINE_ACCUM_KEPT_SET_H
#define ENGINE_ACCUM_KEPT_SET_H

#include "engine/eval.h"

struct kept_watch {
	int (*fn)(struct kept_watch *watch, struct eval *ev, size_t item_i);
};

struct kept_set {
	struct value *items; /* kept */
	uint64_t *hashes;
	uint32_t *slots; /* item + 1; 0: free; NULL while a scan will do */
	size_t n, items_cap, hashes_cap;
	size_t n_slots;           /* a power of two */
	struct kept_watch *watch; /* is told of every value added, new or not; may be NULL */
};

/* Add a value: found as it stood, perhaps raw; v the same decoded. */
int kept_set_add(struct kept_set *set, struct eval *ev, struct value found,
                 struct value v) MUST_CHECK;

/* Add all of other. */
int kept_set_merge(struct kept_set *set, struct eval *ev, const struct kept_set *other) MUST_CHECK;

/* Its values as an array of ev->arena. */
struct value kept_set_array(const struct kept_set *set, struct eval *ev);

#endif
