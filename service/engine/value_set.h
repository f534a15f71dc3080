/*
 * A set of values by MongoDB's equality: 1, 1.0 and a long 1 are one element; objects are equal
 * when their fields are, in the same order.
 *
 * Values are decoded ones and are borrowed.  Memory comes from an arena and failure sticks there:
 * after lack of memory the answers mean nothing and arena_failed() says so.
 */
#ifndef ENGINE_VALUE_SET_H
#define ENGINE_VALUE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "doc/value.h"

struct value_slot {
	uint64_t hash; /* 0: free */
	struct value value;
	uint32_t number; /* in the order of adding, from 0 */
};

struct value_set {
	struct arena *arena;
	struct value_slot *slots;
	size_t n_slots; /* 0 or a power of two */
	uint32_t n;     /* elements */
};

void value_set_init(struct value_set *set, struct arena *a, size_t n_expected);

/* Was it new? */
bool value_set_add(struct value_set *set, struct value v);

/* The number that the equal element was given, or -1.  Changes nothing; scratch is for decoding. */
int64_t value_set_find(const struct value_set *set, struct arena *scratch, struct value v);

#endif
