/*
 * Granularities: series of preferred numbers on which $bucketAuto lets its boundaries fall.
 *
 * A series repeats in every power of ten: R5 is 1, 1.6, 2.5, 4, 6.3, then 10, 16 and so on.
 */
#ifndef ENGINE_STAGE_GRANULARITY_H
#define ENGINE_STAGE_GRANULARITY_H

#include "base/macros.h"
#include "base/str.h"

struct granularity;

/* NULL when there is none of that name. */
const struct granularity *granularity_find(struct str name);

/*
 * The nearest member of the series that is above, and below, a number that is not negative: never
 * the number itself, but for 0 and infinity, which stay what they are.
 */
double granularity_up(const struct granularity *g, double x);
double granularity_down(const struct granularity *g, double x);

#endif
