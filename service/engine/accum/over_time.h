/*
 * What $derivative and $integral share: {input: …, unit: …}, and the sort key as time.
 */
#ifndef ENGINE_ACCUM_OVER_TIME_H
#define ENGINE_ACCUM_OVER_TIME_H

#include "engine/accum/window.h"

/* In accum.data. */
struct over_time {
	int64_t unit_ms;   /* 0: the sort key is a number */
	struct expr *time; /* the sort key as an expression */
};

/* The argument (codes 9 and 5490710); for accum_op.compile. */
int over_time_compile(struct compiler *c, struct accum *a, struct value spec) MUST_CHECK;

/* The sort (code 9), from which time comes. */
int over_time_check(struct compiler *c, struct window_fn *f) MUST_CHECK;

#endif
