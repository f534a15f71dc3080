/* Lists of kept values that grow in the arena of states; all zeros is an empty one. */
#ifndef ENGINE_ACCUM_VALUE_LIST_H
#define ENGINE_ACCUM_VALUE_LIST_H

#include "engine/eval.h"

struct value_list {
	struct value *items;
	size_t n, cap;
};

/* kept: as kept_blind() and its like have made it. */
int value_list_add(struct value_list *list, struct eval *ev, struct value kept) MUST_CHECK;

int value_list_merge(struct value_list *list, struct eval *ev,
                     const struct value_list *other) MUST_CHECK;

/* The items first to end - 1 as an array, which shares them. */
struct value value_list_array(const struct value_list *list, struct eval *ev, size_t first,
                              size_t end);

#endif
