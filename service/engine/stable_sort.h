/*
 * Sorting that keeps equals in their order, and can be stopped: a merge sort that looks at the
 * clock.  What is in order already costs one comparison an item.
 */
#ifndef ENGINE_STABLE_SORT_H
#define ENGINE_STABLE_SORT_H

#include "engine/eval.h"

/* Below, equal to, or above 0. */
typedef int stable_sort_fn(void *arg, const void *x, const void *y);

/* Sorts pointers; scratch for as many comes from ev->arena. */
int stable_sort(struct eval *ev, const void **items, size_t n, stable_sort_fn *cmp,
                void *arg) MUST_CHECK;

#endif
