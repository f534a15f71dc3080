/*
 * The n that come first, or last, in the order of a sort specification: a heap of no more than n.
 *
 * All zeros but for n_max is an empty one.  Of equals those stay that came first, whichever end
 * is wanted; what is kept is told in the order of the specification, equals as they came.
 */
#ifndef ENGINE_ACCUM_TOP_N_H
#define ENGINE_ACCUM_TOP_N_H

#include "engine/sort_spec.h"

struct top_item {
	struct value *keys; /* in eval_states(ev) */
	struct value output;
	uint64_t number; /* in the order of coming */
};

struct top_n {
	struct top_item *items; /* a heap: the one to go next is at the root */
	size_t n, cap;
	uint64_t n_max, n_seen;
};

/* What the values are compared by; is_last: the last n are wanted. */
struct top_order {
	const struct sort_spec *spec;
	bool is_last;
};

/* Would a value with these keys stay? */
bool top_n_wants(const struct top_n *top, const struct top_order *order, struct eval *ev,
                 const struct value *keys);

/* Add one that is wanted; output as kept_blind() or the like has made it. */
int top_n_add(struct top_n *top, const struct top_order *order, struct eval *ev,
              const struct value *keys, struct value output) MUST_CHECK;

int top_n_merge(struct top_n *top, const struct top_order *order, struct eval *ev,
                const struct top_n *other) MUST_CHECK;

/* What is kept, in order, in an array of ev->arena. */
int top_n_result(const struct top_n *top, const struct top_order *order, struct eval *ev,
                 struct value **ret_items) MUST_CHECK;

/* A value as the n of $firstN and its like: a whole number above 0 (codes 5787902, …3, …8). */
int top_n_parse(struct eval *ev, const char *name, struct value v, uint64_t *ret) MUST_CHECK;

#endif
