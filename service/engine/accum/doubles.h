/* Lists of doubles that grow, and their order: for percentiles. */
#ifndef ENGINE_ACCUM_DOUBLES_H
#define ENGINE_ACCUM_DOUBLES_H

#include "engine/eval.h"

/* All zeros is an empty one; items live in eval_states(ev). */
struct doubles {
	double *items;
	size_t n, cap;
};

int doubles_add(struct doubles *list, struct eval *ev, double d) MUST_CHECK;
int doubles_merge(struct doubles *list, struct eval *ev, const struct doubles *other) MUST_CHECK;

/* A sorted copy in ev->arena; no NaN may be among them. */
int doubles_sorted(const struct doubles *list, struct eval *ev, double **ret) MUST_CHECK;

/* Which of n sorted values (at least one) is the percentile p, from 0 to 1. */
size_t doubles_rank(double p, size_t n);

#endif
